import { Code, FileText, Languages, type LucideIcon, Mail, MessageSquare, Sparkles } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { toast } from "@/components/overlays/toast";
import { useChats } from "@/features/chats";
import { useAssistantTemplates, useLibrary } from "@/features/library";
import { ALIGNED, cx } from "@/lib/class-names";
import { asApiError } from "@/lib/errors/api-error";
import { useFormat } from "@/lib/i18n/format";

const STARTERS: readonly [string, LucideIcon][] = [
  ["sum", FileText],
  ["translate", Languages],
  ["write", Mail],
  ["code", Code],
];

/** So many cards of a kind: a beginning, no list. */
const CARDS = 4;

const CARD =
  "flex min-h-14 w-full items-center gap-3 rounded-xl border border-line bg-surface px-3 py-2 text-start hover:bg-hover disabled:opacity-60";

/** Ways to begin: tasks, or those of an assistant. `onChoose` gets what goes into the message box. */
export function Starters({
  own,
  onChoose,
}: {
  own: readonly string[] | null;
  onChoose: (text: string) => void;
}) {
  const { t } = useTranslation("chat");
  const tasks = own
    ? own.map((text) => ({ label: text, text, Icon: Sparkles }))
    : STARTERS.map(([key, Icon]) => ({
        label: t(`starter_${key}`),
        text: `${t(`starter_${key}_text`)} `,
        Icon,
      }));
  if (tasks.length === 0) return null;
  return (
    <ul aria-label={t("starters")} className="flex flex-wrap justify-center gap-2">
      {tasks.map(({ label, text, Icon }) => (
        <li key={text} className="max-w-full">
          <button
            type="button"
            onClick={() => onChoose(text)}
            className="flex min-h-9 max-w-full items-center gap-2 rounded-full border border-line bg-surface px-3.5 py-1.5 text-start text-sm text-ink-soft hover:bg-hover hover:text-ink coarse:min-h-11"
          >
            <Icon className="size-4 shrink-0 text-accent" aria-hidden />
            <span dir="auto">{label}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What a person can begin with: assistants, their own and ready ones; and chats to go on with. */
export function Welcome() {
  const { t } = useTranslation("chat");
  return (
    <>
      <Part
        title={t("assistants")}
        more={<MoreLink href="/library/assistants">{t("assistants_all")}</MoreLink>}
      >
        <AssistantCards />
      </Part>
      <Recent />
    </>
  );
}

function Part({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title} className="flex flex-col gap-2">
      <div className="flex items-baseline justify-between gap-3">
        <h2 className="text-sm font-medium text-ink-faint">{title}</h2>
        {more}
      </div>
      <ul className="grid grid-cols-1 gap-2 sm:grid-cols-2">{children}</ul>
    </section>
  );
}

function MoreLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="text-sm text-accent hover:underline">
      {children}
    </Link>
  );
}

function AssistantCards() {
  const [, go] = useLocation();
  const mine = useLibrary("assistants").data ?? [];
  const { templates, make, busy } = useAssistantTemplates();
  const shown = mine.slice(0, CARDS);
  const fill = templates.slice(0, CARDS - shown.length);
  return (
    <>
      {shown.map((each) => (
        <li key={each.id}>
          <Link href={`/?assistant=${each.id}`} className={CARD}>
            <CardText icon={each.icon} name={each.name} text={each.description} />
          </Link>
        </li>
      ))}
      {fill.map((each) => (
        <li key={each.key}>
          <button
            type="button"
            disabled={busy}
            onClick={() =>
              void make(each).then(
                (made) => go(`/?assistant=${made.id}`),
                (thrown: unknown) => toast(asApiError(thrown).message, { kind: "error" }),
              )
            }
            className={CARD}
          >
            <CardText icon={each.icon} name={each.name} text={each.text} />
          </button>
        </li>
      ))}
    </>
  );
}

function CardText({ icon, name, text }: { icon: string; name: string; text: string }) {
  return (
    <>
      <span aria-hidden className="w-6 shrink-0 text-center text-lg leading-none">
        {icon || [...name][0]?.toUpperCase()}
      </span>
      <span className="flex min-w-0 flex-col">
        <span dir="auto" className={cx("truncate font-medium", ALIGNED)}>
          <BidiLine text={name} />
        </span>
        <span dir="auto" className={cx("truncate text-sm text-ink-faint", ALIGNED)}>
          <BidiLine text={text} />
        </span>
      </span>
    </>
  );
}

const UNPINNED = { archived: false, pinned: false } as const;

function Recent() {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const chats = useChats(UNPINNED).data?.pages[0]?.data.slice(0, CARDS) ?? [];
  if (chats.length === 0) return null;
  return (
    <Part title={t("recent")}>
      {chats.map((chat) => (
        <li key={chat.id}>
          <Link href={`/c/${chat.id}`} className={CARD}>
            <MessageSquare className="mirrored size-4 w-6 shrink-0 text-ink-faint" aria-hidden />
            <span className="flex min-w-0 flex-col">
              <span dir="auto" className={cx("truncate", ALIGNED)}>
                <BidiLine text={chat.title || t("untitled")} />
              </span>
              <span className="truncate text-sm text-ink-faint">{format.ago(chat.updated_at * 1000)}</span>
            </span>
          </Link>
        </li>
      ))}
    </Part>
  );
}
