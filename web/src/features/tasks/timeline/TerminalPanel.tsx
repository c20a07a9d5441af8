import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { Terminal } from "@/features/chat/parts";
import type { SessionItem } from "../session/types";
import { commandsOf, isCode } from "./blocks";

/** All commands of a task and what they print, as they print it. */
export function TerminalPanel({ items, active }: { items: readonly SessionItem[]; active: boolean }) {
  const { t } = useTranslation("tasks");
  const text = useMemo(() => commandsOf(items).map(shown).join("\n"), [items]);
  if (!text) return <p className="text-ink-soft">{t("no_commands")}</p>;
  return <Terminal text={text} live={active} tall />;
}

function shown(item: SessionItem): string {
  const prompt = isCode(item) ? ">>> " : "$ ";
  const asked = prompt + (item.command ?? "").trimEnd().replaceAll("\n", `\n${" ".repeat(prompt.length)}`);
  const printed = typeof item.output === "string" ? item.output.trimEnd() : "";
  const failed = item.exit_code ? `[exit ${item.exit_code}]` : "";
  return [asked, printed, failed].filter(Boolean).join("\n");
}
