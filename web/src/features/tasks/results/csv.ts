/** Tables as text. Source: RFC 4180, with tabs and semicolons in the place of commas where a file has those. */

export interface Table {
  rows: readonly (readonly string[])[];
  /** Whether there are more rows than were read. */
  more: boolean;
}

/** Reads up to `most` rows, the first with the names of the columns. */
export function readCsv(text: string, most: number): Table {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (rows.length >= most) return { rows, more: true };
    const { value, end } = text[at] === '"' ? quoted(text, at) : plain(text, at, separator);
    row.push(value);
    if (text[end] === separator) {
      at = end + 1;
      if (at >= text.length) row.push("");
      continue;
    }
    rows.push(row);
    row = [];
    at = text[end] === "\r" && text[end + 1] === "\n" ? end + 2 : end + 1;
  }
  if (row.length > 0) rows.push(row);
  return { rows, more: false };
}

/** The separator that the first line has most often. */
function separatorOf(text: string): string {
  const [line = ""] = text.split("\n", 1);
  const times = (each: string) => line.split(each).length;
  return [",", ";", "\t"].reduce((best, each) => (times(each) > times(best) ? each : best));
}

function plain(text: string, from: number, separator: string): { value: string; end: number } {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== "\n" && text[end] !== "\r") end += 1;
  return { value: text.slice(from, end), end };
}

function quoted(text: string, from: number): { value: string; end: number } {
  let end = from + 1;
  while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
  return { value: text.slice(from + 1, end).replaceAll('""', '"'), end: end + 1 };
}
