/** The words in a turn's items, as far as they can be read without the app. */
export interface Item {
  type?: string;
  role?: string;
  content?: string | readonly Part[] | null;
  summary?: readonly Part[] | null;
}

interface Part {
  type?: string;
  text?: string;
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

/** What the model thought before it replied. */
export function reasoningText(items: readonly Item[]): string {
  return items
    .filter((item) => item.type === "reasoning")
    .flatMap((item) => (item.content?.length ? words(item.content) : words(item.summary)))
    .join("\n\n");
}
