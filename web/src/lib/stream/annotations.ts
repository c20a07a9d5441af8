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
}

export type Annotation = FileCitation | { type: "url_citation" | "container_file_citation" | "file_path" };

/** Something in the text that stands nowhere in what was shown to the model. */
export interface TextCheck {
  type: "quotation" | "figure" | "citation";
  /** In the text of its part, in Unicode characters. */
  start: number;
  end: number;
  verdict: "not_found" | "not_in_passage" | "not_shown";
}
