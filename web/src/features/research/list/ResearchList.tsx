import { Plus, Telescope } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { Button } from "@/components/button";
import { Empty, Failure, Loading } from "@/components/states";
import { Page } from "@/features/shell";
import { useTools } from "@/features/tools";
import { useFormat } from "@/lib/i18n/format";
import { titled } from "@/lib/site-name";
import { stateOf, useResearches } from "../data/queries";
import type { Listed } from "../data/types";
import { useLanguageName } from "../report/language-name";
import { StateBadge } from "./StateBadge";

const START =
  "inline-flex min-h-10 items-center gap-2 rounded-lg bg-accent px-4 font-medium whitespace-nowrap text-accent-ink hover:bg-accent-hover";

/** All researches of a person, newest first. */
export function ResearchList() {
  const { t } = useTranslation("research");
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useResearches();
  const searches = useTools()?.some((tool) => tool.type === "web_search" && tool.available);
  const all = data?.pages.flatMap((page) => page.data) ?? [];
  useEffect(() => {
    document.title = titled(t("title"));
  }, [t]);
  const start = (
    <Link href="/?research" className={START}>
      <Plus className="size-4" aria-hidden />
      {t("begin")}
    </Link>
  );
  return (
    <Page title={t("title")} actions={all.length > 0 ? start : undefined}>
      {error && !data ? <Failure error={error} retry={() => void refetch()} /> : null}
      {!data && !error ? <Loading /> : null}
      {data && all.length === 0 ? (
        <Empty
          icon={<Telescope />}
          title={t("none_yet")}
          text={`${t("about")} ${t("needs")}`}
          action={start}
        />
      ) : null}
      {searches === false ? (
        <p role="status" className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          {t("needs_sources")}
        </p>
      ) : null}
      <ul className="flex flex-col divide-y divide-line empty:hidden">
        {all.map((research) => (
          <Row key={research.id} research={research} />
        ))}
      </ul>
      {hasNextPage ? (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()} className="self-center">
          {t("older")}
        </Button>
      ) : null}
    </Page>
  );
}

function Row({ research }: { research: Listed }) {
  const { t } = useTranslation("research");
  const format = useFormat();
  const language = useLanguageName();
  const { id, title, question, status, created_at, pages, claims } = research;
  const facts = [
    language(research.language),
    pages > 0 ? t("pages_read", { count: pages, number: format.number(pages) }) : "",
    claims > 0 ? t("claims", { count: claims, number: format.number(claims) }) : "",
  ].filter(Boolean);
  return (
    <li>
      <Link
        href={`/research/${id}`}
        className="-mx-2 flex min-h-12 flex-wrap items-center gap-x-3 gap-y-0.5 rounded-lg px-2 py-2 hover:bg-hover"
      >
        <span className="flex min-w-0 flex-1 basis-56 flex-col">
          <bdi className="truncate">
            <BidiLine text={title || question} />
          </bdi>
          <span className="text-sm text-ink-faint">{facts.join(" · ")}</span>
        </span>
        <StateBadge state={stateOf({ status })} />
        <span className="text-sm text-ink-faint">{format.ago(created_at * 1000)}</span>
      </Link>
    </li>
  );
}
