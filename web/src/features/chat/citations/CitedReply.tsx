import { useMemo } from "react";
import { Markdown, MarkView, type ShowMark } from "@/features/markdown";
import type { CitedText } from "@/lib/stream";
import { CheckMark } from "./CheckMark";
import { CitationChip } from "./CitationChip";

/** What a model wrote, with the passages that it cites as small numbers, and marks at what was not found in them. */
export function CitedReply({ cited, streaming }: { cited: CitedText; streaming: boolean }) {
  const { citations, checks } = cited;
  const show: ShowMark = useMemo(
    () => (kind, number) => {
      const citation = citations[number - 1];
      if (kind === "c")
        return citation && <CitationChip number={number} citation={citation} all={citations} />;
      const check = checks[number - 1];
      return check && <CheckMark check={check} />;
    },
    [citations, checks],
  );
  return (
    <MarkView value={show}>
      <Markdown text={cited.text} streaming={streaming} />
    </MarkView>
  );
}
