import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Failure, Loading } from "@/components/states";
import { Items } from "../components/code/Items";
import { type Before, useEarlier } from "./earlier";

/** The turns that a response goes on from, which its own input does not repeat; the oldest are asked for last. */
export function Earlier({ before, cut }: { before: Before; cut: boolean }) {
  const { t } = useTranslation("console");
  const { data, error, isPending, isFetching, hasNextPage, fetchNextPage, refetch } = useEarlier(before);
  const items = (data?.pages ?? []).toReversed().flatMap((page) => page.items);
  return (
    <section aria-label={t("earlier")} className="flex flex-col gap-3">
      <p className="text-sm text-ink-faint">{t(cut ? "earlier_cut_text" : "earlier_text")}</p>
      {error ? (
        <Failure error={error} retry={() => void (data ? fetchNextPage() : refetch())} />
      ) : hasNextPage ? (
        <Button className="self-center" busy={isFetching} onClick={() => void fetchNextPage()}>
          {t("earlier_more")}
        </Button>
      ) : null}
      {isPending ? <Loading /> : <Items items={items} />}
      <h3 className="text-sm font-medium text-ink-faint">{t("earlier_end")}</h3>
    </section>
  );
}
