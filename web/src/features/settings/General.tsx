import { useTranslation } from "react-i18next";
import { Select, Switch } from "@/components/field";
import { chatModelNames, useModels } from "@/features/chats";
import { keysText } from "@/lib/commands";
import { LANGUAGES, type Language } from "@/lib/i18n/languages";
import type { Theme } from "@/lib/theme";
import { Group } from "./Group";
import { type Preferences, usePreferences } from "./preferences";
import { useAppearance } from "./use-appearance";
import { useSave } from "./use-save";

/** How the app looks and speaks, and what new chats begin with. */
export function General() {
  const { t } = useTranslation("settings");
  const { theme, language, chooseTheme, chooseLanguage } = useAppearance();
  const preferences = usePreferences();
  const save = useSave();
  const { data: models } = useModels();
  const known = chatModelNames(models ?? []);
  const { model, send_with } = preferences;
  return (
    <>
      <Group title={t("appearance")}>
        <Select
          label={t("language")}
          value={language}
          onChange={(event) => chooseLanguage(event.target.value as Language)}
        >
          {(Object.keys(LANGUAGES) as Language[]).map((each) => (
            <option key={each} value={each} lang={each}>
              {LANGUAGES[each].name}
            </option>
          ))}
        </Select>
        <Select
          label={t("theme")}
          value={theme}
          onChange={(event) => chooseTheme(event.target.value as Theme)}
        >
          {(["system", "light", "dark"] as const).map((each) => (
            <option key={each} value={each}>
              {t(`theme_${each}`)}
            </option>
          ))}
        </Select>
      </Group>
      <Group title={t("chats")}>
        <Select
          label={t("model")}
          hint={t("model_hint")}
          value={model ?? ""}
          onChange={(event) => save({ model: event.target.value || null })}
        >
          <option value="">{t("model_default")}</option>
          {(model && !known.includes(model) ? [model, ...known] : known).map((id) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </Select>
        <Select
          label={t("send_with")}
          hint={t("new_line_hint", {
            keys: send_with === "enter" ? keysText("shift+enter") : t("send_enter"),
          })}
          value={send_with}
          onChange={(event) => save({ send_with: event.target.value as Preferences["send_with"] })}
        >
          <option value="enter">{t("send_enter")}</option>
          <option value="mod_enter">{keysText("mod+enter")}</option>
        </Select>
        <Switch
          label={t("titles")}
          hint={t("titles_hint")}
          checked={preferences.titles === "model"}
          onChange={(on) => save({ titles: on ? "model" : "first_words" })}
        />
        <Switch
          label={t("show_thinking")}
          hint={t("show_thinking_hint")}
          checked={preferences.show_thinking}
          onChange={(on) => save({ show_thinking: on })}
        />
      </Group>
    </>
  );
}
