import { Columns2, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/components/button";
import { Menu, MenuCheck, MenuHeading } from "@/components/overlays/menu";
import { tooltip } from "@/components/overlays/tooltip";
import { chatModels, useModels } from "@/features/chats";
import { CHIP } from "./chip";

/** So many columns can still be read. */
const MOST = 3;

interface CompareProps {
  chosen: readonly string[];
  onChange: (models: readonly string[]) => void;
}

/** Chooses the models that answer the next question side by side. Nothing where there is only one. */
export function CompareMenu({ chosen, onChange }: CompareProps) {
  const { t } = useTranslation("chat");
  const models = chatModels(useModels().data ?? []);
  const all = [...new Set([...models.map((each) => each.id), ...chosen])];
  if (all.length < 2) return null;
  const toggle = (id: string, on: boolean) =>
    onChange(on ? [...chosen, id].slice(-MOST) : chosen.filter((each) => each !== id));
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          aria-label={t("compare_models")}
          {...tooltip(t("compare_models"))}
          className={CHIP}
        >
          <Columns2 aria-hidden />
          <span className="max-sm:hidden">{t("compare")}</span>
        </button>
      }
    >
      <MenuHeading>{t("compare_heading")}</MenuHeading>
      {all.map((id) => (
        <MenuCheck key={id} stays checked={chosen.includes(id)} onChange={(on) => toggle(id, on)}>
          <bdi className="min-w-0 truncate">{id}</bdi>
        </MenuCheck>
      ))}
    </Menu>
  );
}

/** The models that were chosen, in the box where the question is written. */
export function Compared({ chosen, onChange }: CompareProps) {
  const { t } = useTranslation("chat");
  if (chosen.length === 0) return null;
  return (
    <div className="flex flex-wrap items-center gap-2 px-3 pt-3">
      <ul aria-label={t("compare_models")} className="contents">
        {chosen.map((id) => (
          <li
            key={id}
            className="flex min-w-0 items-center rounded-full bg-accent-soft ps-3 text-sm text-accent"
          >
            <bdi className="max-w-48 truncate">{id}</bdi>
            <IconButton
              label={t("compare_remove", { model: id })}
              onClick={() => onChange(chosen.filter((each) => each !== id))}
              className="size-7! rounded-full! coarse:size-9!"
            >
              <X className="size-3.5!" />
            </IconButton>
          </li>
        ))}
      </ul>
      {chosen.length === 1 ? (
        <p role="status" className="text-sm text-ink-faint">
          {t("compare_one")}
        </p>
      ) : null}
    </div>
  );
}
