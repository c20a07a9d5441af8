/** What can be done in an open chat by its keys and from the palette. */
import { useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "@/components/overlays/toast";
import { footnoted } from "@/features/reading";
import { type Command, useCommands } from "@/lib/commands";
import { citedTextOf } from "@/lib/stream";
import { copyText } from "./reply/ReplyActions";
import { toggleAllThinking } from "./reply/Thinking";
import { followTurn } from "./reply/use-reply";
import { editedTurn } from "./thread/editing";
import type { ThreadActions } from "./thread/thread-actions";
import type { Turn } from "./turns/branch";

/** What the commands act on; read when one is run. */
export interface CommandScene {
  turns: readonly Turn[];
  running: boolean;
  actions: ThreadActions;
  stop(): void;
  focus(): void;
}

export function useChatCommands(scene: CommandScene): void {
  const { t } = useTranslation("chat");
  const reading = useTranslation("reading").t;
  const now = useRef(scene);
  now.current = scene;
  const some = scene.turns.length > 0;
  const { running } = scene;
  const commands = useMemo(() => {
    const last = () => now.current.turns.at(-1);
    const withLast = (run: (turn: Turn) => void) => () => {
      const turn = last();
      if (turn) run(turn);
    };
    const inChat: Command[] = [
      {
        id: "chat.copy",
        label: t("copy_last"),
        keys: "mod+shift+c",
        run: withLast((turn) => void copy(turn)),
      },
      {
        id: "chat.regenerate",
        label: t("regenerate"),
        run: withLast((turn) => now.current.actions.regenerate(turn)),
      },
      { id: "chat.edit", label: t("edit_last"), run: withLast((turn) => editedTurn.set(turn.id)) },
      {
        id: "chat.before",
        label: t("version_before"),
        keys: "alt+pageup",
        run: withLast((turn) => walk(turn, -1)),
      },
      {
        id: "chat.after",
        label: t("version_after"),
        keys: "alt+pagedown",
        run: withLast((turn) => walk(turn, 1)),
      },
      { id: "chat.thinking", label: t("toggle_thinking"), keys: "mod+shift+e", run: toggleAllThinking },
    ];
    function walk(leaf: Turn, step: number) {
      // The nearest place above where the chat has several versions.
      const turn = now.current.turns.findLast((each) => each.versions.flat().length > 1) ?? leaf;
      const all = turn.versions.flat();
      const next = all[all.indexOf(turn.id) + step];
      if (next) now.current.actions.switchBranch?.(next);
    }
    async function copy(turn: Turn) {
      const reply = followTurn(turn)?.get().reply ?? turn.response;
      await copyText(footnoted(citedTextOf(reply?.output), reading));
      toast(t("copied"));
    }
    const stop: Command = { id: "chat.stop", label: t("stop_reply"), run: () => now.current.stop() };
    const focus: Command = {
      ...{ id: "chat.focus", label: t("focus_composer"), keys: "shift+escape" },
      run: () => now.current.focus(),
    };
    const list = [focus, ...(running ? [stop] : []), ...(some ? inChat : [])];
    return list.map((each) => ({ ...each, section: t("section") }));
  }, [t, reading, some, running]);
  useCommands(commands);

  useEffect(() => {
    if (!running) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.shiftKey || event.isComposing || event.defaultPrevented) return;
      // Escape first closes what stands over the page.
      if (
        document.querySelector("dialog[open], [role=menu], [data-radix-popper-content-wrapper] [role=dialog]")
      )
        return;
      now.current.stop();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [running]);
}
