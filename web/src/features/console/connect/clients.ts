/** The clients that can be set up: the table that `earthshine connect` reads too, filled in for this server. */

import { clientsTable, clientsTried } from "@/lib/clients-table";
import type { Language } from "@/lib/i18n/languages";

type Texts = Partial<Record<Language, string>>;

interface Entry {
  id: string;
  name: string;
  kind: string;
  file?: { path: string; text: string[] };
  env?: Record<string, string>;
  code?: { text: string[] };
  run?: string;
  steps?: Texts;
  note?: Texts;
  every_model?: boolean;
}

/** What was run of a client against this server, such as `Codex CLI 0.171.0 (2026-11-30)`; empty where nothing was. */
export function triedOf(client: Entry): string {
  const tried =
    (clientsTried as Record<string, { client: string; version: string; day: string }[]>)[client.id] ?? [];
  return tried.map((each) => `${each.client} ${each.version} (${each.day})`).join(", ");
}

export const CLIENTS = clientsTable as readonly Entry[];

/** The kinds of clients, in the order in which they are offered. */
export const KINDS = ["agent", "editor", "library", "app"] as const;

/** One thing to copy; `label` is a file's place, or null where the kind says what it is. */
export interface Piece {
  kind: "file" | "shell" | "code";
  label: string | null;
  text: string;
}

export interface Setup {
  steps: string;
  pieces: readonly Piece[];
  note: string;
}

/** What to do for one client, with the address, the key and the model in place. */
export function setupOf(client: Entry, base: string, key: string, model: string, language: Language): Setup {
  const values: Record<string, string> = { base, origin: base.replace(/\/v1$/, ""), key, model };
  const fill = (text: string) =>
    text.replace(/\{(base|origin|key|model)\}/g, (_, name: string) => values[name] ?? "");
  const { file, env = {}, code, run } = client;
  const shell = [
    ...Object.entries(env).map(([name, value]) => `export ${name}='${fill(value)}'`),
    ...(run ? [fill(run)] : []),
  ];
  return {
    steps: fill(client.steps?.[language] ?? ""),
    note: fill(client.note?.[language] ?? ""),
    pieces: [
      ...(file ? [{ kind: "file" as const, label: file.path, text: fill(file.text.join("\n")) }] : []),
      ...(shell.length ? [{ kind: "shell" as const, label: null, text: shell.join("\n") }] : []),
      ...(code ? [{ kind: "code" as const, label: null, text: fill(code.text.join("\n")) }] : []),
    ],
  };
}
