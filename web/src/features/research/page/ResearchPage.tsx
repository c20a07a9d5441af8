import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { BidiText } from "@/components/bidi-text";
import { Tabs } from "@/components/navigation/tabs";
import { toast } from "@/components/overlays/toast";
import { Failure, Loading } from "@/components/states";
import { NotFound } from "@/features/shell";
import { asApiError } from "@/lib/errors/api-error";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { titled } from "@/lib/site-name";
import { answerOf } from "@/lib/stream";
import { askMore, isOver, useResearch, useResponse, useTell } from "../data/queries";
import type { Research } from "../data/types";
import { Coverage } from "../report/Coverage";
import { Method } from "../report/Method";
import { ReportView } from "../report/ReportView";
import { Progress } from "./Progress";
import { Questions } from "./Questions";
import { ResearchHead } from "./ResearchHead";
import { SayBox } from "./SayBox";
import { Sources } from "./Sources";

/** One research: its plan, its sources as they come, and the report with all that it stands on. */
export function ResearchPage({ id }: { id: string }) {
  const { data: research, error, refetch } = useResearch(id);
  if (research) return <OpenResearch research={research} />;
  if (!error) return <Loading className="h-full" />;
  if (asApiError(error).status === 404) return <NotFound />;
  return <Failure error={error} retry={() => void refetch()} className="m-6" />;
}

type Tab = "report" | "course" | "sources" | "coverage" | "method";

function OpenResearch({ research }: { research: Research }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const [chosen, choose] = useState<Tab | null>(null);
  const [claim, show] = useState<string | null>(null);
  const { report, question } = research;
  const response = useResponse(research.id, isOver(research)) ?? null;
  const said = answerOf(response);
  useEffect(() => {
    document.title = titled(report?.title || question);
  }, [report?.title, question]);
  const count = (report?.sources ?? research.sources).length;
  const course = (
    <div className="flex flex-col gap-5">
      <Progress research={research} />
      {research.questions.length > 0 ? <Questions research={research} /> : null}
      {said && !report ? (
        <p dir="auto" className="whitespace-pre-wrap">
          <BidiText text={said} />
        </p>
      ) : null}
    </div>
  );
  const sources = <Sources research={research} />;
  const tabs = [
    ...(report
      ? [
          {
            value: "report" as const,
            label: t("report"),
            content: <ReportView research={research} report={report} shown={claim} onShow={show} />,
          },
        ]
      : []),
    { value: "course" as const, label: t("course"), content: course },
    { value: "sources" as const, label: `${t("sources")} (${format.number(count)})`, content: sources },
    ...(report
      ? [
          {
            value: "coverage" as const,
            label: t("coverage"),
            content: (
              <Coverage
                report={report}
                onShow={(id) => {
                  choose("report");
                  show(id);
                }}
              />
            ),
          },
          { value: "method" as const, label: t("method"), content: <Method report={report} /> },
        ]
      : []),
  ];
  return (
    <div className="flex h-full min-w-0 flex-col">
      <ResearchHead research={research} />
      <div className="min-h-0 flex-1 overflow-y-auto px-4 sm:px-6">
        <div className="mx-auto w-full max-w-3xl pt-4 pb-10">
          {report?.title === question ? null : (
            <p dir="auto" className="mb-3 text-ink-soft">
              <BidiText text={question} />
            </p>
          )}
          <Tabs
            label={t("parts")}
            tabs={tabs}
            value={chosen ?? (report ? "report" : "course")}
            onChange={choose}
          />
        </div>
      </div>
      <footer className="px-4 pb-4 sm:px-6">
        <div className="mx-auto w-full max-w-3xl">
          <Words research={research} model={response?.model ?? null} />
        </div>
      </footer>
    </div>
  );
}

/** Tells a research that goes on what to look at, answers what it asks, and asks a finished one more. */
function Words({ research, model }: { research: Research; model: string | null }) {
  const { t } = useTranslation("research");
  const [, go] = useLocation();
  const { mutateAsync } = useTell(research.id);
  if (!isOver(research))
    return (
      <SayBox
        label={t("steer")}
        placeholder={t("steer_hint")}
        onSend={(text) => mutateAsync({ to: "steer", body: { text } })}
      />
    );
  if (!model || research.status !== "completed") return null;
  const asks = research.waiting === "clarify";
  return (
    <SayBox
      label={t(asks ? "answer" : "follow_up")}
      placeholder={t(asks ? "answer_hint" : "follow_up_hint")}
      onSend={(text) =>
        askMore(research.id, model, text).then(
          (id) => go(`/research/${id}`),
          (thrown: unknown) => {
            toast(errorText(thrown), { kind: "error" });
            throw thrown;
          },
        )
      }
    />
  );
}
