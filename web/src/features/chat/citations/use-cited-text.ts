import { useMemo } from "react";
import { type CitedText, citedTextOf, type Reply } from "@/lib/stream";

/** What a reply says, with its citations. */
export function useCitedText(reply: Reply | null): CitedText {
  const output = reply?.output;
  return useMemo(() => citedTextOf(output), [output]);
}
