import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { NotFound, Page } from "@/features/shell";
import { cx } from "@/lib/class-names";
import { Assistants } from "./Assistants";
import { Memories } from "./Memories";
import { Prompts } from "./Prompts";
import { Spaces } from "./Spaces";

const KINDS = { assistants: Assistants, prompts: Prompts, spaces: Spaces, memories: Memories } as const;

type Kind = keyof typeof KINDS;

/** What a person keeps beside chats, one kind to an address. */
export default function Library({ kind }: { kind: string }) {
  const { t } = useTranslation("library");
  if (!Object.hasOwn(KINDS, kind)) return <NotFound />;
  const Shown = KINDS[kind as Kind];
  return (
    <Page title={t("library")}>
      <nav aria-label={t("library")} className="-mt-3 flex gap-1 overflow-x-auto border-b border-line">
        {(Object.keys(KINDS) as Kind[]).map((each) => (
          <Link
            key={each}
            href={`/library/${each}`}
            aria-current={each === kind ? "page" : undefined}
            className={cx(
              "inline-flex min-h-10 items-center border-b-2 px-3 whitespace-nowrap -outline-offset-2 coarse:min-h-11",
              each === kind ? "border-accent font-medium" : "border-transparent text-ink-soft hover:text-ink",
            )}
          >
            {t(each)}
          </Link>
        ))}
      </nav>
      <Shown />
    </Page>
  );
}
