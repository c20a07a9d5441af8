import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { LANGUAGES, type Language } from "./languages";

const SOURCES = join(import.meta.dirname, "../..");
const PLURAL = /_(zero|one|two|few|many|other)$/;

const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).map((name) => join(SOURCES, name));
const folders = [...new Set(files.filter((name) => /messages\/\w+\.json$/.test(name)).map(dirname))];
const code = files.filter(
  (name) => /\.tsx?$/.test(name) && !name.includes(".test.") && !name.includes("generated"),
);

function read(folder: string, language: Language): Record<string, string> {
  return JSON.parse(readFileSync(join(folder, `${language}.json`), "utf8"));
}

/** The message that a key is a plural form of, or the key itself; every counted message has the form "other". */
function messageOf(key: string, messages: Record<string, string>): string {
  const stem = key.replace(PLURAL, "");
  return `${stem}_other` in messages ? stem : key;
}

/** The keys of a catalogue, each plural form standing for its one message. */
function keys(messages: Record<string, string>): Set<string> {
  return new Set(Object.keys(messages).map((key) => messageOf(key, messages)));
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{\s*([\w.]+)[^}]*\}\}/g)].map((match) => match[1] ?? "").sort();
}

describe.each(folders.map((folder) => [folder.slice(SOURCES.length + 1), folder]))("%s", (_name, folder) => {
  const english = read(folder, "en");

  it.each(Object.keys(LANGUAGES) as Language[])("says everything in %s", (language) => {
    const messages = read(folder, language);
    expect(keys(messages)).toEqual(keys(english));
    for (const [key, text] of Object.entries(messages)) {
      expect(typeof text, key).toBe("string");
      expect(text.trim(), `${key} is empty`).not.toBe("");
    }
  });

  it.each(Object.keys(LANGUAGES) as Language[])("has every plural form of %s", (language) => {
    const messages = read(folder, language);
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const counted = new Set(
      Object.keys(messages)
        .map((key) => messageOf(key, messages))
        .filter((key) => !(key in messages)),
    );
    for (const key of counted) {
      for (const form of forms) expect(messages, `${key} in ${language}`).toHaveProperty([`${key}_${form}`]);
    }
  });

  it.each(Object.keys(LANGUAGES) as Language[])("fills in the same values in %s", (language) => {
    const messages = read(folder, language);
    for (const [key, text] of Object.entries(english)) {
      const other = messages[key];
      if (other !== undefined && messageOf(key, english) === key)
        expect(placeholders(other), key).toEqual(placeholders(text));
    }
  });

  it("is not English in the other languages", () => {
    for (const language of ["ar", "zh"] as const) {
      for (const [key, text] of Object.entries(read(folder, language))) {
        const words = text.replace(/\{\{[^}]*\}\}|`[^`]*`|<[^>]*>/g, "").match(/\b[a-z]{4,}\b/g) ?? [];
        const foreign = words.filter((word) => !KNOWN.has(word));
        expect(foreign.length, `${language} ${key}: ${text}`).toBeLessThanOrEqual(2);
        const said = text.replace(/\{\{[^}]*\}\}/g, "");
        if (english[key] === text) expect(SAME.test(said), `${language} ${key}: ${text}`).toBe(true);
      }
    }
  });
});

/** Words that stay as they are in every language: names of commands, fields and formats. */
const KNOWN = new Set([
  "earthshine",
  "serve",
  "administrator",
  "curl",
  "json",
  "markdown",
  "token",
  "tokens",
  "conversations",
]);
/** Texts that are the same everywhere: names, symbols, formats and code. */
const SAME = /^[^a-z]*$|^(Markdown|JSON|CSV|PDF|Earthshine|Python|JavaScript|curl|API|URL|ID|[\w./-]+)$/i;

describe("the code", () => {
  it("asks only for messages that exist", () => {
    const catalogues = new Map(
      folders.map((folder) => [basename(dirname(folder)), keys(read(folder, "en"))] as const),
    );
    const everything = new Set([...catalogues.values()].flatMap((each) => [...each]));
    const missing: string[] = [];
    for (const name of code) {
      const text = readFileSync(name, "utf8");
      for (const match of text.matchAll(/\bt\(\s*"([^"]+)"/g)) {
        const [namespace, key] = match[1]?.includes(":") ? match[1].split(":", 2) : [null, match[1]];
        const known = namespace ? catalogues.get(namespace) : everything;
        if (key && !known?.has(key)) missing.push(`${basename(name)}: ${match[1]}`);
      }
    }
    expect(missing).toEqual([]);
  });
});
