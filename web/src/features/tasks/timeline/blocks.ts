/** A task's items as they are read: what was said, thought and done, in its order. */
import { type Step, stepsOf } from "@/features/chat/parts";
import type { OutputItem } from "@/lib/stream";
import type { SessionItem } from "../session/types";

export type Block =
  | { kind: "said" | "answer"; key: string; text: string; pictures: readonly string[]; running: boolean }
  | { kind: "thought"; key: string; text: string; running: boolean }
  | { kind: "steps"; key: string; steps: readonly Step[]; running: boolean };

/** Formats that can hold no script. */
const INLINE = /^data:image\/(?:png|jpeg|webp|gif);base64,/;

/** How a plan is told among the thoughts; it has its own place above them. */
const PLAN = /^(?:\d+\. \[.\] \S+.*(?:\n|$))+$/;

/** @param active whether the last turn goes on: what is not over then runs */
export function blocksOf(items: readonly SessionItem[], active: boolean): readonly Block[] {
  const answers = new Map<string, OutputItem>();
  for (const item of items)
    if (item.type === "function_call_output" && item.call_id) answers.set(item.call_id, asOutput(item));
  const last = items.at(-1)?.turn_id;
  const blocks: Block[] = [];
  for (const item of items) {
    const running = active && item.turn_id === last && item.status === "in_progress";
    const block = item.type === "message" || item.type === "reasoning" ? wordsOf(item, running) : null;
    if (block) {
      if (block.kind === "thought" && PLAN.test(block.text)) continue;
      if (block.text || ("pictures" in block && block.pictures.length > 0)) blocks.push(block);
      continue;
    }
    const steps = stepsFor(item, answers, active && item.turn_id === last);
    const before = blocks.at(-1);
    if (steps.length === 0) continue;
    if (before?.kind === "steps") {
      before.steps = [...before.steps, ...steps];
      before.running ||= running;
    } else blocks.push({ kind: "steps", key: item.id, steps, running });
  }
  return blocks;
}

/** All that was run, as one terminal shows it; each command with what it printed. */
export function commandsOf(items: readonly SessionItem[]): readonly SessionItem[] {
  return items.filter((item) => item.type === "command_execution");
}

/** Whether a command is Python that the code interpreter ran; sessions have one kind of item for both. */
export function isCode(item: SessionItem): boolean {
  return item.id.startsWith("ci_");
}

function wordsOf(item: SessionItem, running: boolean): Block & { text: string } {
  const key = item.id;
  if (item.type === "reasoning")
    return { kind: "thought", key, text: textOf(item.summary), running } as const;
  const pictures = (item.content ?? []).flatMap((part) => {
    const url = (part as { image_url?: string }).image_url ?? "";
    return INLINE.test(url) ? [url] : [];
  });
  const kind = item.role === "user" ? "said" : "answer";
  return { kind, key, text: textOf(item.content), pictures, running };
}

function textOf(parts: SessionItem["content"]): string {
  return (parts ?? []).map((part) => part.text ?? "").join("\n\n");
}

function stepsFor(
  item: SessionItem,
  answers: ReadonlyMap<string, OutputItem>,
  active: boolean,
): readonly Step[] {
  if (item.type === "function_call_output") return [];
  const answer = answers.get(item.call_id ?? "");
  return stepsOf({ output: [...asItems(item), ...(answer ? [answer] : [])] }, active);
}

/** The item as responses have it. */
function asItems(item: SessionItem): readonly OutputItem[] {
  const { id, status } = item;
  const printed = typeof item.output === "string" ? item.output : "";
  if (item.type === "command_execution") {
    if (isCode(item)) {
      const outputs = printed ? [{ type: "logs", logs: printed }] : [];
      return [{ id, type: "code_interpreter_call", status, code: item.command, outputs }];
    }
    const outcome =
      status === "in_progress" ? null : { type: "exit", exit_code: item.exit_code ?? undefined };
    return [
      { id, type: "shell_call", call_id: id, action: { type: "exec", commands: [item.command ?? ""] } },
      { type: "shell_call_output", call_id: id, status, output: [{ stdout: printed, outcome }] },
    ];
  }
  if (/_subagents?(_input)?_call$/.test(item.type)) {
    const { id: _, type, status: __, turn_id: ___, ...given } = item;
    const name = type.replace(/_call$/, "");
    return [
      { id, type: "function_call", name, call_id: id, arguments: JSON.stringify(given) },
      { type: "function_call_output", call_id: id, status, output: "" },
    ];
  }
  return [asOutput(item)];
}

function asOutput(item: SessionItem): OutputItem {
  const { arguments: given, output, ...rest } = item;
  return {
    ...rest,
    ...(given === undefined ? {} : { arguments: asText(given) }),
    ...(output === undefined ? {} : { output: Array.isArray(output) ? output : asText(output) }),
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : value === null ? "" : JSON.stringify(value, null, 2);
}
