/** What can be read of a turn's items without the app: the words, and the pictures. */
import type { ReadOnlyPicture } from "./ReadOnlyTurn";

export interface Item {
  type?: string;
  role?: string;
  content?: string | readonly Part[] | null;
  summary?: readonly Part[] | null;
}

interface Part {
  type?: string;
  text?: string;
  file_id?: string;
  image_url?: string;
}

function words(content: Item["content"]): string[] {
  if (typeof content === "string") return [content];
  return (content ?? []).flatMap((part) => (part.text ? [part.text] : []));
}

/** What the messages say, one after the other. */
export function messageText(items: readonly Item[]): string {
  return items
    .filter((item) => (item.type ?? "message") === "message")
    .flatMap((item) => words(item.content))
    .join("\n\n");
}

/** The pictures of messages, but for those that lie on other servers, which the page may not ask. */
export function picturesIn(items: readonly Item[]): ReadOnlyPicture[] {
  return items
    .flatMap((item) => (typeof item.content === "string" ? [] : (item.content ?? [])))
    .filter((part) => part.type === "input_image")
    .flatMap((part): ReadOnlyPicture[] => {
      if (part.file_id) return [{ fileId: part.file_id }];
      return part.image_url?.startsWith("data:") ? [{ url: part.image_url }] : [];
    });
}

/** What the model thought before it replied. */
export function reasoningText(items: readonly Item[]): string {
  return items
    .filter((item) => item.type === "reasoning")
    .flatMap((item) => (item.content?.length ? words(item.content) : words(item.summary)))
    .join("\n\n");
}
