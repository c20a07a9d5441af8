import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api, data, type Schemas } from "@/lib/api";
import { at } from "@/lib/base";
import { titled } from "@/lib/site-name";
import { ReadOnlyTurn } from "./ReadOnlyTurn";
import { SharedFrame, SharedHead } from "./SharedFrame";
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
    <SharedFrame label={t("read_only")} error={error} retry={() => void refetch()}>
      {shared ? <Thread shared={shared} /> : null}
    </SharedFrame>
  );
}

function Thread({ shared }: { shared: Shared }) {
  const { t } = useTranslation("share");
  return (
    <>
      <SharedHead title={shared.title || t("untitled")} shared={shared} />
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
