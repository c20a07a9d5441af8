import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { Printer } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Failure, Loading } from "@/components/states";
import { chatQuery } from "@/features/chats";
import { prepareMarkdown } from "@/features/markdown";
import { footnoted } from "@/features/reading";
import { api, data, type Schemas } from "@/lib/api";
import { useFormat } from "@/lib/i18n/format";
import { citedTextOf, type OutputItem } from "@/lib/stream";
import { type Item, messageText, picturesIn, reasoningText } from "./item-text";
import { type ReadOnly, ReadOnlyTurn } from "./ReadOnlyTurn";
import "./print.css";

/** The OpenAPI document leaves open what the items of `input` and `output` are. */
interface Turn extends Pick<Schemas["ChatTurn"], "id" | "created_at"> {
  input: Item[];
  response: { model: string; status: string; output: (Item & OutputItem)[] } | null;
}

/** The whole branch, oldest first. */
async function wholeBranch(
  chatId: string,
  t: TFunction<"reading">,
  signal: AbortSignal,
): Promise<ReadOnly[]> {
  const turns: Turn[] = [];
  for (;;) {
    const query = { limit: 100, leaf: turns.at(-1)?.id, before: turns[0]?.id };
    const page = await data(
      api.GET("/earthshine/v1/chats/{chat_id}/turns", {
        params: { path: { chat_id: chatId }, query },
        signal,
      }),
    );
    turns.unshift(...(page.data as unknown as Turn[]));
    if (!page.has_more || page.data.length === 0) break;
  }
  return turns.map((turn) => ({
    id: turn.id,
    createdAt: turn.created_at,
    user: messageText(turn.input),
    pictures: picturesIn(turn.input),
    model: turn.response?.model ?? null,
    reasoning: turn.response ? reasoningText(turn.response.output) || null : null,
    reply: turn.response ? footnoted(citedTextOf(turn.response.output), t) : null,
    status: turn.response?.status ?? null,
  }));
}

/** How long formulas and code get to be drawn before the print window opens, and diagrams at most. */
const SETTLE_MS = 1_200;
const PATIENCE_MS = 15_000;

/** A chat as it is printed, or saved as PDF: the browser's print window opens by itself. */
export default function PrintChat({ chatId }: { chatId: string }) {
  const { t } = useTranslation("share");
  const reading = useTranslation("reading").t;
  const format = useFormat();
  const chat = useQuery(chatQuery(chatId));
  const turns = useQuery({
    queryKey: ["print", chatId],
    queryFn: ({ signal }) => wholeBranch(chatId, reading, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const title = chat.data?.title;
  const ready = title !== undefined && turns.data !== undefined;
  useEffect(() => {
    prepareMarkdown();
    // Paper is light.
    const before = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
    return () => {
      document.documentElement.dataset.theme = before;
    };
  }, []);
  useEffect(() => {
    if (!ready) return;
    // The browser proposes the title as the file's name.
    document.title = title || t("untitled");
    const opened = Date.now();
    let timer = setTimeout(print, SETTLE_MS);
    function print() {
      const drawing = document.querySelector("[data-state=drawing]");
      if (drawing && Date.now() - opened < PATIENCE_MS) timer = setTimeout(print, 200);
      else window.print();
    }
    return () => clearTimeout(timer);
  }, [ready, title, t]);
  const error = chat.error ?? turns.error;
  if (error) return <Failure error={error} retry={() => void turns.refetch()} className="m-8" />;
  if (!ready) return <Loading className="h-full" />;
  return (
    <main className="mx-auto max-w-3xl px-4 py-8 print:max-w-none print:p-0">
      <div className="chrome mb-6 flex justify-end">
        <Button onClick={() => window.print()}>
          <Printer className="size-4" aria-hidden />
          {t("print")}
        </Button>
      </div>
      <h1 dir="auto" className="text-start text-2xl font-semibold">
        {title || t("untitled")}
      </h1>
      <p className="mb-8 text-sm text-ink-faint">{format.date((turns.data?.[0]?.createdAt ?? 0) * 1000)}</p>
      <div className="flex flex-col gap-8">
        {turns.data?.map((turn) => (
          <ReadOnlyTurn key={turn.id} turn={{ ...turn, reasoning: null }} whole />
        ))}
      </div>
    </main>
  );
}
