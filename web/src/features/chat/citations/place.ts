import type { TFunction } from "i18next";
import type { FileCitation } from "@/lib/stream";

/** Where a passage stands, in words: the file, unless it is said already, and its page or what else it is called. */
export function placeOf(citation: FileCitation, t: TFunction<"chat">, named = true): string {
  const { filename, part } = citation;
  const label = part ? (/^\d+$/.test(part) ? t("citation_page", { page: part }) : part) : "";
  if (!named) return label;
  return label ? t("citation_place", { file: filename, part: label }) : filename;
}

/** A citation as a footnote: the file, the page, and the quotation. */
export function footnoteOf(citation: FileCitation, t: TFunction<"chat">): string {
  const place = placeOf(citation, t);
  return citation.quote ? `${place}: ${t("quotation", { quote: citation.quote })}` : place;
}
