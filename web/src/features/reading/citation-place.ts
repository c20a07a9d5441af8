import type { TFunction } from "i18next";
import { type CitedText, type FileCitation, withFootnotes } from "@/lib/stream";

/** Where a passage stands, in words: the file, unless it is said already, and its page or what else it is called. */
export function placeOf(citation: FileCitation, t: TFunction<"reading">, named = true): string {
  const { filename, part } = citation;
  const label = part ? (/^\d+$/.test(part) ? t("citation_page", { page: part }) : part) : "";
  if (!named) return label;
  return label ? t("citation_place", { file: filename, part: label }) : filename;
}

/** The words of a reply as Markdown, with a footnote for each citation: the file, the page, and the quotation. */
export function footnoted(cited: CitedText, t: TFunction<"reading">): string {
  return withFootnotes(cited, (citation) => {
    const place = placeOf(citation, t);
    return citation.quote ? `${place}: ${t("quotation", { quote: citation.quote })}` : place;
  });
}
