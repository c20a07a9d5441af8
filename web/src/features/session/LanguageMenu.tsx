import { Languages } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Menu, MenuItem } from "@/components/overlays/menu";
import { currentLanguage, setLanguage } from "@/lib/i18n";
import { LANGUAGES, type Language } from "@/lib/i18n/languages";

/** The language of the whole page, for people who have not signed in. */
export function LanguageMenu() {
  const { t } = useTranslation("session");
  return (
    <Menu
      trigger={
        <Button look="plain" size="small">
          <Languages className="size-4" aria-hidden />
          <span className="sr-only">{t("language")}</span>
          {LANGUAGES[currentLanguage()].name}
        </Button>
      }
    >
      {(Object.keys(LANGUAGES) as Language[]).map((language) => (
        <MenuItem key={language} onSelect={() => void setLanguage(language)}>
          <span lang={language}>{LANGUAGES[language].name}</span>
        </MenuItem>
      ))}
    </Menu>
  );
}
