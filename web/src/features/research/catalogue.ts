/** The messages of deep research, which come with its pages. */
import type { Messages } from "@/lib/i18n/by-feature";
import type { Language } from "@/lib/i18n/languages";

const FILES = import.meta.glob<Messages>("./messages/*.json", { import: "default" });

/** Loads one language. */
export async function researchCatalogue(language: Language): Promise<Record<string, Messages>> {
  return { research: (await FILES[`./messages/${language}.json`]?.()) ?? {} };
}
