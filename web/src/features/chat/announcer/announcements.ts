/** A growing reply in pieces that can be spoken: whole paragraphs, never half of one while more may come. */

/** Where the last finished paragraph after `from` ends; `from` where none has. Code counts as one paragraph. */
export function finishedUpTo(text: string, from: number): number {
  let fenced = false;
  let end = from;
  for (let at = from; at < text.length; ) {
    const next = text.indexOf("\n", at);
    if (next < 0) break;
    const line = text.slice(at, next);
    if (/^ {0,3}(```|~~~)/.test(line)) fenced = !fenced;
    if (!fenced && line.trim() === "" && at > from) end = next + 1;
    at = next + 1;
  }
  return end;
}
