import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { plainText } from "@/features/markdown";
import { answerOf, hasEnded, thoughtsOf } from "@/lib/stream";
import { requestsOf } from "../approvals/approvals";
import { useReply } from "../reply/use-reply";
import type { Turn } from "../turns/branch";
import { finishedUpTo } from "./announcements";

/** Tells screen readers of the newest reply: that it begins, its paragraphs as they are finished, and how it ends. */
export function Announcer({ turn }: { turn: Turn }) {
  const { t } = useTranslation("chat");
  const { reply } = useReply(turn);
  const running = !hasEnded(reply ?? turn);
  const text = answerOf(reply);
  const thinking = running && text === "" && thoughtsOf(reply) !== "";
  const asks = requestsOf(reply).length > 0;
  const [spoken, announce] = useState("");
  const announced = useRef({ turn: "", from: 0, running: false, thinking: false });

  useEffect(() => {
    const now = announced.current;
    if (now.turn !== turn.id) {
      // A reply that was there already is read like any text.
      announced.current = { turn: turn.id, from: running ? 0 : text.length, running, thinking };
      if (running) announce(t("announce_begin"));
      return;
    }
    if (thinking && !now.thinking) announce(t("thinking"));
    now.thinking = thinking;
    const end = running ? finishedUpTo(text, now.from) : text.length;
    const piece = plainText(text.slice(now.from, end)).trim();
    now.from = Math.max(now.from, end);
    const over = asks ? "announce_asks" : (ENDINGS[reply?.status ?? "completed"] ?? "announce_end");
    const ending = now.running && !running ? t(over) : "";
    now.running = running;
    if (piece || ending) announce([piece, ending].filter(Boolean).join("\n"));
  }, [turn.id, text, running, thinking, reply?.status, asks, t]);

  return (
    <div role="log" aria-live="polite" className="sr-only" dir="auto">
      {spoken}
    </div>
  );
}

const ENDINGS: Record<string, string> = { cancelled: "stopped", incomplete: "cut", failed: "failed" };
