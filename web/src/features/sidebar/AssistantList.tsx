import { Bot } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useSearch } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { useLibrary } from "@/features/library";
import { ALIGNED, cx } from "@/lib/class-names";
import { STOP } from "./list-keys";
import { Section } from "./Section";

/** So many stand in the sidebar; the library has them all. */
const MOST = 5;

/** The person's newest assistants; each begins a chat. Nothing where there are none. */
export function AssistantList() {
  const { t } = useTranslation("sidebar");
  const assistants = useLibrary("assistants").data ?? [];
  const shown = new URLSearchParams(useSearch()).get("assistant");
  if (assistants.length === 0) return null;
  return (
    <Section name="assistants" title={t("assistants")}>
      <ul aria-label={t("assistants")}>
        {assistants.slice(0, MOST).map((each) => (
          <li key={each.id}>
            <Link
              href={`/?assistant=${each.id}`}
              {...STOP}
              aria-current={each.id === shown ? "page" : undefined}
              className="flex min-h-9 items-center gap-2 rounded-lg px-3 -outline-offset-2 hover:bg-hover aria-[current]:bg-hover coarse:min-h-11"
            >
              <span aria-hidden className="grid w-4 shrink-0 place-items-center leading-none text-ink-faint">
                {each.icon || <Bot className="size-4" />}
              </span>
              <span dir="auto" className={cx("min-w-0 flex-1 truncate", ALIGNED)}>
                <BidiLine text={each.name} />
              </span>
            </Link>
          </li>
        ))}
        {assistants.length > MOST ? (
          <li>
            <Link
              href="/library/assistants"
              {...STOP}
              className="flex min-h-9 items-center rounded-lg px-3 text-sm text-ink-soft -outline-offset-2 hover:bg-hover coarse:min-h-11"
            >
              {t("more")}
            </Link>
          </li>
        ) : null}
      </ul>
    </Section>
  );
}
