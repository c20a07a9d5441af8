import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import type { Report } from "../data/types";
import { EvidenceNumber } from "./EvidenceNumber";

/** What sources say differently, side by side. */
export function Contradictions({ contradictions }: Pick<Report, "contradictions">) {
  const { t } = useTranslation("research");
  return (
    <section aria-label={t("contradictions")} className="flex flex-col gap-3">
      <h3 className="text-lg font-semibold">{t("contradictions")}</h3>
      {contradictions.map(({ about, sides }) => (
        <div key={`${about} ${sides[0]?.evidence.join()}`} className="flex flex-col gap-2">
          <h4 className="font-medium">
            <BidiText text={about} />
          </h4>
          <ul className="grid gap-2 sm:grid-cols-2">
            {sides.map(({ text, evidence }) => (
              <li
                key={evidence.join()}
                dir="auto"
                className="rounded-xl border border-line bg-surface px-3 py-2"
              >
                <BidiText text={text} />
                {evidence.map((id) => (
                  <EvidenceNumber key={id} id={id} />
                ))}
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
