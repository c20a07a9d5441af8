/** What the server notes at the text of a reply: the passages that it rests on, and what was not found in them. */

/** A passage of a file that supports what stands before `index`. The server cut the quotation from the file. */
export interface FileCitation {
  type: "file_citation";
  file_id: string;
  filename: string;
  /** In the text of its part, in Unicode characters. */
  index: number;
  /** In the text of the whole document, in Unicode characters. */
  start?: number | null;
  end?: number | null;
  quote?: string | null;
  /** As people name it: the number of a page, the name of a sheet. */
  part?: string | null;
  /** From 0. */
  part_number?: number | null;
  check?: "ok" | "figures" | "elsewhere" | null;
  /** Where the file was fetched, if it is a page of the web; `filename` is its title then. */
  url?: string;
}

/** A passage of a page of the web. With a `file_id`, the page is kept, and the server cut the quotation from it. */
export interface UrlCitation {
  type: "url_citation";
  url: string;
  title: string;
  end_index: number;
  file_id?: string | null;
  start?: number | null;
  end?: number | null;
  quote?: string | null;
  check?: FileCitation["check"];
}

/** A file that code made, which the text names from `start_index` to `end_index`. */
export interface ContainerFile {
  type: "container_file_citation";
  container_id: string;
  file_id: string;
  filename: string;
}

export type Annotation = FileCitation | UrlCitation | ContainerFile | { type: "file_path" };

/** What an annotation cites that can be opened here; null where it cites nothing. */
export function citationOf(annotation: Annotation): FileCitation | null {
  if (annotation.type === "file_citation") return annotation;
  if (annotation.type !== "url_citation" || !annotation.file_id || !/^https?:\/\//.test(annotation.url))
    return null;
  const { url, title, end_index, file_id, start, end, quote, check } = annotation;
  return {
    ...{ type: "file_citation", file_id, filename: title, index: end_index },
    ...{ start, end, quote, check, url },
  };
}

/** Something in the text that stands nowhere in what was shown to the model. */
export interface TextCheck {
  type: "quotation" | "figure" | "citation";
  /** In the text of its part, in Unicode characters. */
  start: number;
  end: number;
  verdict: "not_found" | "not_in_passage" | "not_shown";
}
