import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import i18next from "i18next";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LANGUAGES } from "../i18n/languages";
import { ApiError } from "./api-error";
import { errorText, hasText, wordsOf } from "./texts";

const SERVER = join(import.meta.dirname, "../../../../src/earthshine");
const CATALOGUES = join(import.meta.dirname, "../../features/errors/messages");

/** Every code that the server's sources name. */
function codesOfServer(): string[] {
  const found = new Set<string>();
  for (const name of readdirSync(SERVER, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".py")) continue;
    const source = readFileSync(join(SERVER, name), "utf8");
    for (const match of source.matchAll(/\b(?:default_code|code)(?:: \S+)? ?= ?"([a-z_]+)"/g)) {
      if (match[1]) found.add(match[1]);
    }
  }
  return [...found].sort();
}

const before = i18next.language;
beforeAll(async () => {
  if (!i18next.isInitialized) await i18next.init({ lng: "en", resources: {} });
  for (const language of Object.keys(LANGUAGES)) {
    const messages = JSON.parse(readFileSync(join(CATALOGUES, `${language}.json`), "utf8"));
    i18next.addResourceBundle(language, "errors", messages);
  }
});
afterAll(() => void i18next.changeLanguage(before));

test("the server has codes", () => expect(codesOfServer().length).toBeGreaterThan(60));

test.each(codesOfServer())("%s has a text in every language", async (code) => {
  expect(hasText(code)).toBe(true);
  const texts = new Set<string>();
  for (const language of Object.keys(LANGUAGES)) {
    await i18next.changeLanguage(language);
    const { text } = wordsOf({ code });
    expect(text).not.toContain("errors:");
    texts.add(text);
  }
  expect(texts.size).toBe(Object.keys(LANGUAGES).length);
});

test("the server's words are the detail, and in English the text", async () => {
  const error = new ApiError("The budget of project `a` is spent.", 429, "insufficient_quota");
  await i18next.changeLanguage("ar");
  expect(wordsOf(error).detail).toBe(error.message);
  expect(errorText(error)).toContain(error.message);
  await i18next.changeLanguage("en");
  expect(wordsOf(error)).toEqual({ text: error.message, detail: null });
});

test("a person is told nothing of headers and keys", async () => {
  await i18next.changeLanguage("en");
  const error = new ApiError("Send it as `Authorization: Bearer KEY`.", 401, "invalid_api_key");
  expect(errorText(error)).not.toContain("Bearer");
});

test.each([401, 403, 404, 409, 413, 429, 500, 503, 422])(
  "an unknown code with status %d has one, too",
  (status) => {
    expect(wordsOf({ code: "something_of_an_upstream", status }).text).not.toContain("errors:");
  },
);
