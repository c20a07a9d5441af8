import { useTranslation } from "react-i18next";
import { ShortcutList } from "@/features/palette";
import { Group } from "./Group";

/** All keys that do something. */
export function ShortcutsTab() {
  const { t } = useTranslation("settings");
  return (
    <Group title={t("shortcuts")}>
      <ShortcutList />
    </Group>
  );
}
