import { useTranslation } from "react-i18next";
import { currentLanguage, setLanguage } from "@/lib/i18n";
import { LANGUAGES, type Language } from "@/lib/i18n/languages";
import { proceed } from "../progress";
import { StepForm } from "./StepForm";

/** The language of the page, and of all that follows. */
export function LanguageStep() {
  const { t } = useTranslation("setup");
  return (
    <StepForm
      title={t("language_title")}
      text={t("language_text")}
      back={null}
      action={t("next")}
      onSubmit={() => proceed({ step: "key" })}
    >
      <fieldset className="grid gap-2 sm:grid-cols-2">
        <legend className="sr-only">{t("language_title")}</legend>
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <label
            key={language}
            className="flex min-h-12 items-center gap-3 rounded-xl border border-line bg-surface px-4 has-checked:border-accent has-checked:bg-accent-soft"
          >
            <input
              type="radio"
              name="language"
              className="size-4.5 accent-accent"
              checked={currentLanguage() === language}
              onChange={() => void setLanguage(language)}
            />
            <span lang={language}>{LANGUAGES[language].name}</span>
          </label>
        ))}
      </fieldset>
    </StepForm>
  );
}
