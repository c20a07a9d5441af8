import { useCallback, useEffect, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { currentLanguage, setLanguage } from "@/lib/i18n";
import type { Language } from "@/lib/i18n/languages";
import { chosenTheme, setTheme, type Theme } from "@/lib/theme";
import { usePreferencesState, useSavePreferences } from "./preferences";

const listeners = new Set<() => void>();

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Applies a theme, and tells everything that shows which one is chosen. */
function applyChosen(theme: Theme): void {
  setTheme(theme);
  for (const listener of listeners) listener();
}

/** Language and theme: in force at once, and stored for the person, whose choice goes along to other devices. */
export function useAppearance() {
  const theme = useSyncExternalStore(subscribe, chosenTheme);
  const { i18n } = useTranslation();
  const { mutate: save } = useSavePreferences();
  const chooseTheme = useCallback(
    (chosen: Theme) => {
      applyChosen(chosen);
      save({ theme: chosen });
    },
    [save],
  );
  const chooseLanguage = useCallback(
    (chosen: Language) => {
      void setLanguage(chosen);
      save({ language: chosen });
    },
    [save],
  );
  return { theme, language: i18n.language as Language, chooseTheme, chooseLanguage };
}

/** Follows what the server says about language and theme; once per page. */
export function useFollowPreferences(): void {
  const { preferences, fromServer } = usePreferencesState();
  const { language, theme, updated_at } = preferences;
  // Who never chose anything keeps what this device was set to before signing in.
  const chosen = fromServer && updated_at !== null;
  useEffect(() => {
    if (!chosen) return;
    if (language && language !== currentLanguage()) void setLanguage(language);
    if (theme !== chosenTheme()) applyChosen(theme);
  }, [chosen, language, theme]);
}
