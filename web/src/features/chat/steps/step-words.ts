/** What steps do, in the person's language. */
import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/i18n/format";
import type { ScreenAction } from "@/lib/stream";
import { readArguments } from "../approvals/approvals";
import { hostOf } from "../citations/host";
import type { Step } from "./steps";

/** Characters of each thing that a function is called with. */
const SHORT = 60;

/** Says what a step does, in one line. */
export function useStepWords(): (step: Step) => string {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const action = useScreenWords();
  return (step) => {
    switch (step.kind) {
      case "code":
        return t("step_code");
      case "shell":
        return step.commands.length > 0
          ? t("step_shell", { command: shortened(step.commands) })
          : t("step_shell_begun");
      case "screen":
        return t("step_screen", { actions: format.list(step.actions.map((each) => action(each.type))) });
      case "function":
        return [step.name, ...valuesOf(step.arguments)].join(" ");
      case "server":
        return t("step_server", { name: step.name, server: step.server });
      case "web_search":
        return step.words.length > 0
          ? t("step_web_search", { words: format.list(step.words) })
          : t("step_web_search_begun");
      case "web_page":
        return step.pattern
          ? t("step_find", { words: step.pattern, page: hostOf(step.url) })
          : t("step_page", { page: step.title || hostOf(step.url) });
      case "files":
        return step.words.length > 0
          ? t("step_files", { words: format.list(step.words) })
          : t("step_files_begun");
    }
  };
}

const KNOWN = [
  "click",
  "double_click",
  "drag",
  "keypress",
  "move",
  "screenshot",
  "scroll",
  "type",
  "wait",
] as const;

/** What is done on a screen, by the type of the action. */
export function useScreenWords(): (type: string) => string {
  const { t } = useTranslation("chat");
  return (type) => {
    const known = KNOWN.find((each) => each === type);
    return known ? t(`screen_${known}`) : type;
  };
}

/** What an action is given: the words that are typed, keys, a place. */
export function givenTo({ text, keys, x, y }: ScreenAction): string {
  if (text) return text;
  if (keys) return keys.join(" + ");
  return x === undefined || y === undefined ? "" : `${x}, ${y}`;
}

/** The first line of commands, with a sign where there are more. */
function shortened(commands: readonly string[]): string {
  const [line = ""] = commands[0]?.split("\n") ?? [];
  return commands.length > 1 || line !== commands[0] ? `${line} …` : line;
}

function valuesOf(json: string): string[] {
  return (readArguments(json) ?? []).map(([, value]) => value.slice(0, SHORT));
}
