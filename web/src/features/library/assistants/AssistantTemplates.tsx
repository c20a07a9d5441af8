import { Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { ALIGNED, cx } from "@/lib/class-names";
import { asApiError } from "@/lib/errors/api-error";
import { Icon } from "../Card";
import { useLibrary } from "../queries";
import { useAssistantTemplates } from "./templates";

/** Assistants that can be taken with one press, and changed like one's own then. */
export function AssistantTemplates() {
  const { t } = useTranslation("library");
  const known = useLibrary("assistants").data !== undefined;
  const { templates, make, busy } = useAssistantTemplates();
  if (!known || templates.length === 0) return null;
  return (
    <section aria-label={t("ready")} className="flex flex-col gap-2">
      <h2 className="font-medium">{t("ready")}</h2>
      <ul className="grid grid-cols-1 gap-2 sm:grid-cols-2">
        {templates.map((each) => (
          <li
            key={each.key}
            className="flex items-center gap-3 rounded-2xl border border-line bg-surface p-3"
          >
            <Icon icon={each.icon} name={each.name} />
            <div className="min-w-0 flex-1">
              <h3 dir="auto" className={cx("font-medium", ALIGNED)}>
                {each.name}
              </h3>
              <p dir="auto" className={cx("text-sm text-ink-soft", ALIGNED)}>
                {each.text}
              </p>
            </div>
            <Button
              size="small"
              disabled={busy}
              onClick={() =>
                void make(each).then(
                  () => toast(t("saved")),
                  (thrown: unknown) => toast(asApiError(thrown).message, { kind: "error" }),
                )
              }
            >
              <Plus className="size-4" aria-hidden />
              {t("ready_take")}
              <span className="sr-only">{each.name}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
