import { CircleCheck, CircleDashed, CircleSlash, Pencil, Search, Shovel } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { Button, IconButton } from "@/components/button";
import { TextArea } from "@/components/field";
import { useFormat } from "@/lib/i18n/format";
import { asked, asText, planOf } from "../data/plan";
import { isOver, useTell } from "../data/queries";
import type { Question, Research } from "../data/types";

const ICONS: Record<Question["state"], ReactNode> = {
  open: <CircleDashed className="text-ink-faint" aria-hidden />,
  answered: <CircleCheck className="text-good" aria-hidden />,
  not_found: <Search className="text-warn" aria-hidden />,
  dropped: <CircleSlash className="text-ink-faint" aria-hidden />,
};

/** What the research asks, and how far each question is. While it goes on the plan can be written anew. */
export function Questions({ research }: { research: Research }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const [text, edit] = useState<string | null>(null);
  const { mutate, isPending } = useTell(research.id);
  const { questions } = research;
  const waits = research.waiting === "plan";
  const over = isOver(research);
  const plan = (body: { questions: { id?: string; text: string }[] }) =>
    mutate({ to: "plan", body }, { onSuccess: () => edit(null) });
  return (
    <section
      aria-label={t("plan")}
      className={`rounded-xl border bg-surface px-4 py-3 ${waits ? "border-warn" : "border-line"}`}
    >
      <div className="mb-1 flex min-h-9 items-center justify-between gap-2">
        <h2 className="text-sm font-medium text-ink-soft">{t("plan")}</h2>
        {over || text !== null ? null : (
          <IconButton label={t("plan_edit")} onClick={() => edit(asText(questions))}>
            <Pencil />
          </IconButton>
        )}
      </div>
      {waits ? (
        <p role="status" className="mb-2 text-sm text-warn">
          {t("plan_waits")}
        </p>
      ) : null}
      {text === null ? (
        <ol className="flex flex-col gap-1.5">
          {questions.map((question) => (
            <li
              key={question.id}
              className="flex items-start gap-2 [&>svg]:mt-1 [&>svg]:size-4 [&>svg]:shrink-0"
            >
              {ICONS[question.state]}
              <span className="sr-only">{t(`question_${question.state}`)}</span>
              <span
                dir="auto"
                className={`min-w-0 flex-1 ${question.state === "dropped" ? "text-ink-faint line-through" : ""}`}
              >
                <BidiText text={question.text} />
              </span>
              {question.evidence.length > 0 ? (
                <span className="shrink-0 text-sm text-ink-faint">
                  {t("passages", {
                    count: question.evidence.length,
                    number: format.number(question.evidence.length),
                  })}
                </span>
              ) : null}
              {waits || question.state === "dropped" ? null : (
                <IconButton
                  label={t("deepen", { question: question.text })}
                  disabled={isPending}
                  onClick={() => mutate({ to: "deepen", body: { question: question.id } })}
                  className="-my-1.5"
                >
                  <Shovel className="mirrored" />
                </IconButton>
              )}
            </li>
          ))}
        </ol>
      ) : (
        <form
          className="flex flex-col gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            plan({ questions: planOf(text, questions) });
          }}
        >
          <TextArea
            label={t("plan_questions")}
            hint={t("plan_hint")}
            value={text}
            onChange={(event) => edit(event.target.value)}
          />
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="primary" busy={isPending} disabled={text.trim() === ""}>
              {t(waits ? "plan_save_begin" : "plan_save")}
            </Button>
            <Button onClick={() => edit(null)}>{t("cancel")}</Button>
          </div>
        </form>
      )}
      {waits && text === null ? (
        <Button
          look="primary"
          busy={isPending}
          className="mt-3"
          onClick={() =>
            plan({ questions: asked(questions).map(({ id, text: said }) => ({ id, text: said })) })
          }
        >
          {t("plan_begin")}
        </Button>
      ) : null}
    </section>
  );
}
