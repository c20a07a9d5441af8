/** The messages of tasks, which come with their pages. */
import type { Messages } from "@/lib/i18n/by-feature";
import type { Language } from "@/lib/i18n/languages";

const FILES = import.meta.glob<Messages>("./messages/*.json", { import: "default" });

/** Loads one language. */
export async function tasksCatalogue(language: Language): Promise<Record<string, Messages>> {
  return { tasks: (await FILES[`./messages/${language}.json`]?.()) ?? {} };
}
