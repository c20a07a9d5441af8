import { useTranslation } from "react-i18next";

/** What a language is called in the person's own; its code where it has no name. */
export function useLanguageName(): (code: string) => string {
  const { i18n } = useTranslation();
  return (code) => {
    if (!/^[a-z]{2,3}$/.test(code)) return code;
    return new Intl.DisplayNames(i18n.language || "en", { type: "language" }).of(code) ?? code;
  };
}
