import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { cx } from "@/lib/class-names";
import type { Claim } from "../data/types";
import { EvidenceList } from "./EvidenceList";
import { EvidenceNumber } from "./EvidenceNumber";
import { useGrounds } from "./grounds";

/** Sentences of the report, one after the other; what the pressed one stands on follows them. */
export function Claims({ ids, place }: { ids: readonly string[]; place: string }) {
  const { claims, shown } = useGrounds();
  const found = ids.flatMap((id) => claims.get(id) ?? []);
  const open = found.find((claim) => shown === `${place} ${claim.id}` || shown === claim.id);
  return (
    <div className="flex flex-col gap-3">
      <p dir="auto">
        {found.map((claim) => (
          <Fragment key={claim.id}>
            <Sentence claim={claim} place={place} open={claim === open} />{" "}
          </Fragment>
        ))}
      </p>
      {open ? <EvidenceList ids={open.evidence} support={open.support} /> : null}
    </div>
  );
}

function Sentence({ claim, place, open }: { claim: Claim; place: string; open: boolean }) {
  const { t } = useTranslation("research");
  const { shown, onShow, added } = useGrounds();
  const { id, text, evidence, quoted } = claim;
  return (
    <>
      <a
        // A button would be no part of the line.
        href={`#${place}-${id}`}
        data-claim={id}
        aria-expanded={open}
        ref={(link) => {
          if (open && shown === id) link?.scrollIntoView({ block: "center" });
        }}
        onClick={(event) => {
          event.preventDefault();
          onShow(open ? null : `${place} ${id}`);
        }}
        className={cx(
          "rounded decoration-line-strong decoration-dotted underline-offset-4 hover:underline",
          open && "bg-accent-soft",
          quoted && "italic",
          evidence.length === 0 && "bg-warn-soft",
        )}
      >
        <BidiText text={text} />
      </a>
      {evidence.map((each) => (
        <EvidenceNumber key={each} id={each} />
      ))}
      {added.has(id) ? (
        <span className="mx-1 rounded bg-good-soft px-1.5 text-xs font-medium text-good">{t("new")}</span>
      ) : null}
    </>
  );
}
