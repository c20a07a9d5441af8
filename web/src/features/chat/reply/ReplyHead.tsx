import { useTranslation } from "react-i18next";
import { useModels } from "@/features/chats";
import { baseModel, isResearch } from "@/features/research";
import { useFormat } from "@/lib/i18n/format";
import { useThreadActions } from "../thread/thread-actions";
import type { Turn } from "../turns/branch";

/** Who replies, and since when: the chat's assistant, the model that wrote it, and the time. */
export function ReplyHead({ turn, model: asked }: { turn: Turn; model: string | undefined }) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const { assistant } = useThreadActions();
  const models = useModels().data;
  const model = asked && baseModel(asked);
  const named =
    model === "default"
      ? (models?.find((each) => each.id === model)?.earthshine.alias_of ?? t("model_default"))
      : model;
  const at = turn.created_at * 1000;
  return (
    <p className="flex flex-wrap items-baseline gap-x-1.5 text-[0.8125rem] text-ink-faint">
      {assistant ? <bdi className="font-medium text-ink-soft">{assistant}</bdi> : null}
      {assistant && named ? <span aria-hidden>·</span> : null}
      {isResearch(asked) ? <span>{t("research")}</span> : null}
      {isResearch(asked) && named ? <span aria-hidden>·</span> : null}
      {named ? <bdi className={assistant ? "" : "font-medium text-ink-soft"}>{named}</bdi> : null}
      {assistant || named ? <span aria-hidden>·</span> : null}
      <time dateTime={new Date(at).toISOString()} title={format.dateTime(at)}>
        {format.time(at)}
      </time>
    </p>
  );
}
