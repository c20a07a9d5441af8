import {
  Archive,
  ChevronsUpDown,
  Keyboard,
  Languages,
  LogOut,
  Settings,
  SquareTerminal,
  SunMoon,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import {
  afterMenu,
  Menu,
  MenuCheck,
  MenuHeading,
  MenuItem,
  MenuLine,
  MenuMore,
} from "@/components/overlays/menu";
import { openShortcuts } from "@/features/palette";
import { useMe } from "@/features/session";
import { useAppearance } from "@/features/settings";
import { ALIGNED, cx } from "@/lib/class-names";
import { LANGUAGES, type Language } from "@/lib/i18n/languages";
import { shownList } from "./chat-row/actions";
import { useSignOut } from "./use-sign-out";

const MANAGING = ["project.manage", "organization.read", "organization.manage"];

/** Who is signed in, and what is theirs to set. */
export function PersonMenu() {
  const { t } = useTranslation("sidebar");
  const me = useMe();
  const [, go] = useLocation();
  const { theme, language, chooseTheme, chooseLanguage } = useAppearance();
  const signOut = useSignOut();
  const name = me.user.name || me.user.email;
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex min-h-11 w-full items-center gap-2.5 rounded-lg px-2 text-start hover:bg-hover aria-expanded:bg-hover"
        >
          <span
            aria-hidden
            className="grid size-7 shrink-0 place-items-center rounded-full bg-accent-soft text-sm font-semibold text-accent uppercase"
          >
            {[...name][0]}
          </span>
          <span className="sr-only">{t("account")}</span>
          <span dir="auto" className={cx("min-w-0 flex-1 truncate", ALIGNED)}>
            {name}
          </span>
          <ChevronsUpDown className="size-4 text-ink-faint" aria-hidden />
        </button>
      }
    >
      <MenuHeading>
        <bdi>{me.user.email}</bdi>
      </MenuHeading>
      <MenuItem onSelect={() => go("/settings/general")}>
        <Settings aria-hidden />
        {t("settings")}
      </MenuItem>
      {MANAGING.some((each) => me.permissions.includes(each)) ? (
        <MenuItem onSelect={() => go("/console")}>
          <SquareTerminal aria-hidden />
          {t("console")}
        </MenuItem>
      ) : null}
      <MenuItem onSelect={() => shownList.set("archived")}>
        <Archive aria-hidden />
        {t("archived")}
      </MenuItem>
      <MenuItem onSelect={() => afterMenu(openShortcuts)}>
        <Keyboard aria-hidden />
        {t("shortcuts")}
      </MenuItem>
      <MenuLine />
      <MenuMore
        label={
          <>
            <SunMoon aria-hidden />
            {t("theme")}
          </>
        }
      >
        {(["system", "light", "dark"] as const).map((each) => (
          <MenuCheck key={each} checked={theme === each} onChange={() => chooseTheme(each)}>
            {t(`theme_${each}`)}
          </MenuCheck>
        ))}
      </MenuMore>
      <MenuMore
        label={
          <>
            <Languages aria-hidden />
            {t("language")}
          </>
        }
      >
        {(Object.keys(LANGUAGES) as Language[]).map((each) => (
          <MenuCheck key={each} checked={language === each} onChange={() => chooseLanguage(each)}>
            <span lang={each}>{LANGUAGES[each].name}</span>
          </MenuCheck>
        ))}
      </MenuMore>
      <MenuLine />
      <MenuItem onSelect={() => void signOut()}>
        <LogOut className="mirrored" aria-hidden />
        {t("sign_out")}
      </MenuItem>
    </Menu>
  );
}
