import { Fragment } from "react";
import { directedParts, type Part, partsToCutOff } from "@/lib/bidi";

/** Characters up to which a name is kept in one piece at the end of a line; a longer one would leave little of it. */
const SHORT = 24;

/** A text that somebody wrote, in which code, dates, addresses and the like read from left to right. */
export function BidiText({ text }: { text: string }) {
  return <Parts parts={directedParts(text)} />;
}

/** The same for one line that may be cut off at its end. */
export function BidiLine({ text }: { text: string }) {
  return <Parts parts={partsToCutOff(text)} line />;
}

function Parts({ parts, line = false }: { parts: readonly Part[]; line?: boolean }) {
  return parts.map(({ text, direction }, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: a part has no other identity than its place
    if (!direction) return <Fragment key={index}>{text}</Fragment>;
    return (
      <bdi
        // biome-ignore lint/suspicious/noArrayIndexKey: a part has no other identity than its place
        key={index}
        dir={direction}
        className={text.length > SHORT ? undefined : line ? "inline-block" : "whitespace-nowrap"}
      >
        {text}
      </bdi>
    );
  });
}
