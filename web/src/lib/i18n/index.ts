/** Messages in the person's language; only that language is loaded. */
import i18next, { type i18n } from "i18next";
import { initReactI18next } from "react-i18next";
import type { Messages } from "./by-feature";
import { browserLanguage, isLanguage, LANGUAGES, type Language } from "./languages";

const LOADERS: Record<Language, () => Promise<{ default: Record<string, Messages> }>> = {
  en: () => import("./en"),
  ar: () => import("./ar"),
  fr: () => import("./fr"),
  zh: () => import("./zh"),
};

const KEPT = "earthshine.language";

/** Catalogues that are loaded later, as a whole feature is (the console's). */
const later: ((language: Language) => Promise<Record<string, Messages>>)[] = [];

/** The language in force. */
export function currentLanguage(): Language {
  return isLanguage(i18next.language) ? i18next.language : "en";
}

/** Starts with the language that was chosen last, else with the browser's. */
export async function startI18n(): Promise<i18n> {
  await i18next.use(initReactI18next).init({
    lng: undefined,
    fallbackLng: false,
    interpolation: { escapeValue: false },
    returnNull: false,
    resources: {},
    react: { useSuspense: false },
  });
  const kept = localStorage.getItem(KEPT);
  await setLanguage(isLanguage(kept) ? kept : browserLanguage());
  return i18next;
}

/** Changes the language of the whole page, its direction included. */
export async function setLanguage(language: Language): Promise<void> {
  const loaded = [
    (await LOADERS[language]()).default,
    ...(await Promise.all(later.map((load) => load(language)))),
  ];
  for (const catalogue of loaded) {
    for (const [namespace, messages] of Object.entries(catalogue)) {
      i18next.addResourceBundle(language, namespace, messages, true, true);
    }
  }
  await i18next.changeLanguage(language);
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  document.documentElement.dir = LANGUAGES[language].direction;
}

/** Adds a catalogue that comes with a part of the app which is loaded later. */
export async function addCatalogue(
  load: (language: Language) => Promise<Record<string, Messages>>,
): Promise<void> {
  if (!later.includes(load)) later.push(load);
  const language = currentLanguage();
  for (const [namespace, messages] of Object.entries(await load(language))) {
    i18next.addResourceBundle(language, namespace, messages, true, true);
  }
}
