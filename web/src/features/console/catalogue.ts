/** The console's messages: files `messages/xx.json` of the console and of each screen, in one namespace. */
import type { Messages } from "@/lib/i18n/by-feature";
import type { Language } from "@/lib/i18n/languages";

type Files = Record<string, () => Promise<unknown>>;

const FILES: Record<Language, Files> = {
  en: import.meta.glob("./**/messages/en.json", { import: "default" }),
  ar: import.meta.glob("./**/messages/ar.json", { import: "default" }),
  fr: import.meta.glob("./**/messages/fr.json", { import: "default" }),
  zh: import.meta.glob("./**/messages/zh.json", { import: "default" }),
};

/** Loads one language of the console. */
export async function consoleCatalogue(language: Language): Promise<Record<string, Messages>> {
  const parts = await Promise.all(Object.values(FILES[language]).map((load) => load()));
  return { console: Object.assign({}, ...parts) as Messages };
}
