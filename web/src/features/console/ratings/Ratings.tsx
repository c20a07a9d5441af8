import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { ThumbsUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { toast } from "@/components/overlays/toast";
import { Failure } from "@/components/states";
import { download } from "@/features/share";
import { api, data } from "@/lib/api";
import { asApiError } from "@/lib/errors/api-error";
import { useFormat } from "@/lib/i18n/format";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { Page, Section } from "../components/Page";
import { When } from "../components/When";

const MOST_REASONS = 3;

/** What people think of each model's replies. */
export default function Ratings() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const said = useTranslation("chat").t;
  const summaries = useQuery({
    queryKey: ["console", "ratings"],
    queryFn: async () => (await data(api.GET("/earthshine/v1/ratings/summary"))).data,
  });
  const [reading, setReading] = useState(false);
  return (
    <Page
      title={t("nav_ratings")}
      text={t("ratings_text")}
      actions={
        summaries.data?.length ? (
          <Button
            onClick={() =>
              void download("/earthshine/v1/ratings/export", "ratings.jsonl").catch((thrown: unknown) =>
                toast(asApiError(thrown).message, { kind: "error" }),
              )
            }
          >
            {t("ratings_export")}
          </Button>
        ) : null
      }
    >
      <Loaded query={summaries}>
        {(rows) => (
          <DataTable
            caption={t("nav_ratings")}
            rows={rows}
            rowKey={(row) => row.id}
            empty={
              <p className="flex items-center gap-2 p-5 text-ink-soft">
                <ThumbsUp className="size-5" aria-hidden />
                {t("ratings_empty")}
              </p>
            }
            columns={[
              { id: "model", label: t("ratings_model"), cell: (row) => <bdi>{row.id}</bdi> },
              { id: "good", label: t("ratings_good"), numeric: true, cell: (row) => format.number(row.good) },
              { id: "bad", label: t("ratings_bad"), numeric: true, cell: (row) => format.number(row.bad) },
              {
                id: "reasons",
                label: t("ratings_reasons"),
                cell: (row) =>
                  [...row.reasons]
                    .sort((one, other) => other.count - one.count)
                    .slice(0, MOST_REASONS)
                    .map(
                      ({ reason, count }) =>
                        `${said(`${reason}_reason` as "other_reason")} ${format.number(count)}`,
                    )
                    .join(" · ") || "—",
              },
            ]}
          />
        )}
      </Loaded>
      {summaries.data?.length ? (
        <Section title={t("ratings_comments")}>
          {reading ? (
            <Comments />
          ) : (
            <Button onClick={() => setReading(true)} className="self-start">
              {t("ratings_show")}
            </Button>
          )}
        </Section>
      ) : null}
    </Page>
  );
}

/** Other people's words: read, and written down as read, only when somebody asks for them. */
function Comments() {
  const { t } = useTranslation("console");
  const said = useTranslation("chat").t;
  const list = useInfiniteQuery({
    queryKey: ["console", "ratings", "comments"],
    queryFn: ({ pageParam }) =>
      data(api.GET("/earthshine/v1/ratings", { params: { query: { limit: 50, after: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => (page.has_more ? page.data.at(-1)?.id : undefined),
  });
  const rows = list.data?.pages.flatMap((page) => page.data).filter((row) => row.comment) ?? [];
  if (list.error) return <Failure error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return null;
  return (
    <div className="flex flex-col gap-3">
      <DataTable
        caption={t("ratings_comments")}
        rows={rows}
        rowKey={(row) => row.id}
        empty={<p className="p-5 text-ink-soft">{t("ratings_none")}</p>}
        columns={[
          {
            id: "comment",
            label: t("ratings_comments"),
            cell: (row) => (
              <p dir="auto" className="whitespace-pre-wrap break-words">
                {row.comment}
              </p>
            ),
          },
          { id: "rating", label: t("ratings_rating"), cell: (row) => said(`rate_${row.rating}`) },
          { id: "model", label: t("ratings_model"), cell: (row) => <bdi>{row.model}</bdi> },
          { id: "when", label: t("ratings_when"), cell: (row) => <When seconds={row.created_at} /> },
        ]}
      />
      {list.hasNextPage ? (
        <Button
          busy={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
          className="self-start"
        >
          {t("ratings_more")}
        </Button>
      ) : null}
    </div>
  );
}
