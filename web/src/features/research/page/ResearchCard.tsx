import { use } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/button";
import { addCatalogue } from "@/lib/i18n";
import { researchCatalogue } from "../catalogue";
import { stateOf, useResearch, useTell } from "../data/queries";
import { StateBadge } from "../list/StateBadge";
import { Progress } from "./Progress";
import { Questions } from "./Questions";

const catalogue = addCatalogue(researchCatalogue);

/** How far a research is, what it waits for, and the way to its own page. */
export default function ResearchCard({ id }: { id: string }) {
  use(catalogue);
  const { t } = useTranslation("research");
  const { data: research } = useResearch(id);
  const { mutate, isPending } = useTell(id);
  if (!research) return null;
  const state = stateOf(research);
  const goesOn = state === "running" || state === "waiting" || state === "paused";
  return (
    <section aria-label={t("title")} className="flex flex-col gap-3 rounded-xl border border-line px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <StateBadge state={state} />
        <Link href={`/research/${id}`} className="ms-auto text-sm text-accent hover:underline">
          {t(research.report ? "open_report" : "open_research")}
        </Link>
      </div>
      {goesOn && state !== "waiting" ? <Progress research={research} /> : null}
      {goesOn && research.questions.length > 0 ? <Questions research={research} /> : null}
      {state === "paused" ? (
        <Button busy={isPending} onClick={() => mutate({ to: "resume" })} className="self-start">
          {t("resume")}
        </Button>
      ) : null}
    </section>
  );
}
