/** What came of a call, in the item that answers it: words, pictures, and what a terminal would show. */
import { type OutputItem, outputsOf, type ShellOutput } from "@/lib/stream";

/** A picture that a step made or saw: a file of a container's, one of the person's, or one that the item holds. */
export type StepPicture =
  | { containerId: string; fileId: string; url?: never }
  | { containerId?: never; fileId: string; url?: never }
  | { containerId?: never; fileId?: never; url: string };

const CONTENT = /\/v1\/containers\/([\w-]+)\/files\/([\w-]+)\/content$/;
/** Formats that can hold no script. */
const INLINE = /^data:image\/(?:png|jpeg|webp|gif);base64,/;

/** The file of a container at an address, wherever the server stands; nothing where it is none. */
export function pathOf(url: string): StepPicture[] {
  const [, containerId, fileId] = CONTENT.exec(url) ?? [];
  return containerId && fileId ? [{ containerId, fileId }] : [];
}

interface Piece {
  text?: unknown;
  image_url?: string | null;
  file_id?: string | null;
}

/** The pictures of an answer: a screenshot, or those among its parts. Such as lie on other servers are not fetched. */
export function picturesIn(answer: OutputItem | undefined): StepPicture[] {
  return piecesOf(answer?.output).flatMap(({ image_url, file_id }): StepPicture[] => {
    if (image_url) return INLINE.test(image_url) ? [{ url: image_url }] : pathOf(image_url);
    return file_id ? [{ fileId: file_id }] : [];
  });
}

/** The words of an answer. */
export function textOf(output: unknown): string {
  if (typeof output === "string") return output;
  const words = piecesOf(output).flatMap(({ text }) => (typeof text === "string" ? [text] : []));
  return words.join("\n");
}

function piecesOf(output: unknown): Piece[] {
  const list: unknown[] = Array.isArray(output) ? output : [output];
  return list.filter((each): each is Piece => typeof each === "object" && each !== null);
}

/** Commands with what each printed, as a terminal shows them. */
export function inTerminal(commands: readonly string[], answer: OutputItem | undefined): string {
  const outputs = answer ? outputsOf(answer) : [];
  return commands.map((command, place) => [`$ ${command}`, ...linesOf(outputs[place])].join("\n")).join("\n");
}

function linesOf(output: ShellOutput | undefined): string[] {
  const { stdout = "", stderr = "", outcome } = output ?? {};
  const lines = [stdout, stderr].map((text) => text.replace(/\n$/, "")).filter(Boolean);
  if (outcome?.type === "timeout") lines.push("[timeout]");
  else if (outcome?.exit_code) lines.push(`[exit ${outcome.exit_code}]`);
  return lines;
}
