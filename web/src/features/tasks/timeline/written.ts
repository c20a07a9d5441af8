/** Files that commands write with their content in plain sight, so that they can be shown as in an editor. */

import type { SessionItem } from "../session/types";
import { isCode } from "./blocks";

export interface Written {
  key: string;
  path: string;
  text: string;
  /** What was written there before in the same task; null where nothing was. */
  before: string | null;
}

const HEREDOC =
  /(?:cat|tee)\b([^\n]*?)<<(-?)\s*(['"]?)([A-Za-z_]\w*)\3([^\n]*)\n([\s\S]*?)\n?^\t*\4[ \t]*$/gm;
const TARGET = />>?\s*("[^"\n]+"|'[^'\n]+'|[^\s;&|<>]+)/;
const TEED = /^\s+(?:(-a)\s+)?("[^"\n]+"|'[^'\n]+'|[^\s;&|<>-][^\s;&|<>]*)/;

/** Each writing of a file, in order; `before` makes a diff of a second one. */
export function writtenIn(items: readonly SessionItem[]): readonly Written[] {
  const now = new Map<string, string>();
  const all: Written[] = [];
  for (const item of items) {
    if (item.type !== "command_execution" || !item.command || isCode(item)) continue;
    for (const [place, { path, text, appends }] of byShell(item.command).entries()) {
      const before = now.get(path) ?? null;
      const whole = appends ? (before ?? "") + text : text;
      now.set(path, whole);
      all.push({ key: `${item.id}-${place}`, path, text: whole, before });
    }
  }
  return all;
}

interface Writing {
  path: string;
  text: string;
  appends: boolean;
}

function byShell(command: string): Writing[] {
  return [...command.matchAll(HEREDOC)].flatMap((match) => {
    const [, head = "", , , , tail = "", body = ""] = match;
    const tees = match[0].startsWith("tee");
    const target = tees ? TEED.exec(head) : (TARGET.exec(head) ?? TARGET.exec(tail));
    const path = (tees ? target?.[2] : target?.[1])?.replace(/^(['"])(.*)\1$/, "$2");
    if (!path || path.startsWith("/dev/")) return [];
    const appends = tees ? target?.[1] === "-a" : (target?.[0].startsWith(">>") ?? false);
    return [{ path, text: `${body}\n`, appends }];
  });
}
