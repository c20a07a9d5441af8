import { Columns2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Menu, MenuCheck, MenuHeading } from "@/components/menu";
import { useModels } from "@/features/chats";
import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";
import { chatModels } from "./models";

/** So many columns can still be read. */
const MOST = 3;

interface CompareMenuProps {
  chosen: readonly string[];
  onChange: (models: readonly string[]) => void;
}

/** Chooses the models that answer the next question side by side. Nothing where there is only one. */
export function CompareMenu({ chosen, onChange }: CompareMenuProps) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const models = chatModels(useModels().data ?? []).filter((each) => each.id !== "default");
  const all = [...new Set([...models.map((each) => each.id), ...chosen])];
  if (all.length < 2) return null;
  const toggle = (id: string, on: boolean) =>
    onChange(on ? [...chosen, id].slice(-MOST) : chosen.filter((each) => each !== id));
  return (
    <Menu
      align="start"
      trigger={
        <IconButton
          label={chosen.length > 1 ? t("compare_chosen", { models: format.list(chosen) }) : t("compare")}
          className={cx(chosen.length > 1 && "bg-accent-soft! text-accent!")}
        >
          <Columns2 />
        </IconButton>
      }
    >
      <MenuHeading>{t("compare_heading")}</MenuHeading>
      {all.map((id) => (
        <MenuCheck key={id} checked={chosen.includes(id)} onChange={(on) => toggle(id, on)}>
          <bdi>{id}</bdi>
        </MenuCheck>
      ))}
    </Menu>
  );
}
