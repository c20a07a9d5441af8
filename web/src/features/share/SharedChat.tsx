import { useQuery } from "@tanstack/react-query";
import { Unlink } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Logo } from "@/components/logo";
import { Empty, Failure, Loading } from "@/components/states";
import { api, data, type Schemas } from "@/lib/api";
import { at } from "@/lib/base";
import { asApiError } from "@/lib/errors/api-error";
import { useFormat } from "@/lib/i18n/format";
import { siteName, titled } from "@/lib/site-name";
import { ReadOnlyTurn } from "./ReadOnlyTurn";
import "./print.css";

type Shared = Schemas["SharedChat"];

/** What a link shows to whoever has it: no session is asked for. */
export default function SharedChat({ token }: { token: string }) {
  const { t } = useTranslation("share");
  const {
    data: shared,
    error,
    refetch,
  } = useQuery({
    queryKey: ["shared", token],
    queryFn: ({ signal }) =>
      data(api.GET("/earthshine/v1/shares/{token}", { params: { path: { token } }, signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    if (shared?.title) document.title = titled(shared.title);
  }, [shared?.title]);
  return (
    <div className="mx-auto flex min-h-full w-full max-w-[49rem] flex-col px-4 sm:px-8">
      <header className="chrome flex min-h-14 items-center gap-2 border-b border-line">
        <Link href="/" className="flex max-w-3/5 shrink-0 items-center gap-2 font-semibold">
          <Logo className="size-6" />
          <bdi translate="no" className="line-clamp-1">
            {siteName.use()}
          </bdi>
        </Link>
        <span className="ms-auto text-end text-sm text-balance text-ink-faint">{t("read_only")}</span>
      </header>
      <main className="flex flex-1 flex-col py-8">
        {shared ? <Thread shared={shared} /> : null}
        {!shared && !error ? <Loading className="flex-1" /> : null}
        {error && asApiError(error).status === 404 ? (
          <div className="my-auto">
            <h1 className="sr-only">{t("read_only")}</h1>
            <Empty icon={<Unlink />} title={t("gone_title")} text={t("gone_text")} />
          </div>
        ) : error ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : null}
      </main>
    </div>
  );
}

function Thread({ shared }: { shared: Shared }) {
  const { t } = useTranslation("share");
  const format = useFormat();
  return (
    <>
      <h1 dir="auto" className="text-start text-2xl font-semibold">
        {shared.title || t("untitled")}
      </h1>
      <p className="mb-8 flex flex-wrap gap-x-3 text-sm text-ink-faint">
        <span>{t("shared_on", { when: format.date(shared.created_at * 1000) })}</span>
        {shared.expires_at ? (
          <span>{t("expires", { when: format.date(shared.expires_at * 1000) })}</span>
        ) : null}
      </p>
      <div className="flex flex-col gap-10">
        {shared.turns.map((turn, index) => {
          const id = `${index}-${turn.created_at}`;
          const pictures = turn.pictures.map((path) => ({ url: at(path) }));
          return <ReadOnlyTurn key={id} turn={{ ...turn, id, pictures, createdAt: turn.created_at }} />;
        })}
      </div>
    </>
  );
}
