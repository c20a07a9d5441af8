import type { TFunction } from "i18next";
import { type CitedText, type FileCitation, withFootnotes } from "@/lib/stream";
import { isPdf } from "../shown";

/** What people call a part of a file; nothing where a file has no parts that people know, as a text has no pages. */
export function partName(
  filename: string,
  label: string | null | undefined,
  t: TFunction<"reading">,
): string {
  if (!label || !/^\d+$/.test(label)) return label ?? "";
  if (isPdf(filename)) return t("citation_page", { page: label });
  return /\.(pptx|odp)$/i.test(filename) ? t("slide", { number: label }) : "";
}

/** Where a passage stands, in words: the file, unless it is said already, and its page or what else it is called. */
export function placeOf({ filename, part }: FileCitation, t: TFunction<"reading">, named = true): string {
  const name = partName(filename, part, t);
  if (!named) return name;
  return name ? t("citation_place", { file: filename, part: name }) : filename;
}

/** The words of a reply as Markdown, with a footnote for each citation: the file, the page, and the quotation. */
export function footnoted(cited: CitedText, t: TFunction<"reading">): string {
  return withFootnotes(cited, (citation) => {
    const place = citation.url ? `${citation.filename}, <${citation.url}>` : placeOf(citation, t);
    return citation.quote ? `${place}: ${t("quotation", { quote: citation.quote })}` : place;
  });
}
