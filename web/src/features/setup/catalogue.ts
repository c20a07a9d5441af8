import type { Messages } from "@/lib/i18n/by-feature";
import type { Language } from "@/lib/i18n/languages";

const FILES = import.meta.glob("./wizard/messages/*.json", { import: "default" });

/** The wizard's messages, which only the first person ever needs. */
export async function setupCatalogue(language: Language): Promise<Record<string, Messages>> {
  const load = FILES[`./wizard/messages/${language}.json`];
  return { setup: ((await load?.()) ?? {}) as Messages };
}
