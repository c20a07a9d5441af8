import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/overlays/dialog";
import { ShortcutList } from "./ShortcutList";

/** The list of keys, over whatever is on the page. */
export default function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("palette");
  return (
    <Dialog title={t("shortcuts")} onClose={onClose}>
      <ShortcutList />
    </Dialog>
  );
}
