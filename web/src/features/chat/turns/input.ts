/** What a person says, as items of the API, and what can be shown of such items. */
export interface InputPart {
  type: string;
  text?: string;
  image_url?: string;
  detail?: string;
}

export interface InputItem {
  type?: string;
  role?: string;
  content?: string | readonly InputPart[];
  [key: string]: unknown;
}

export interface Attachment {
  kind: "text" | "image";
  name: string;
  /** Of the file, in bytes. */
  size: number;
  /** The text of a file, or the data URL of an image. */
  content: string;
}

export interface MessageContent {
  text: string;
  attachments: readonly Attachment[];
}

/** The name, and the file's size where it is not that of the text: a PDF's. The server reads it, too (`titles.py`). */
const FILE = /^\[file: (.*?)(?: \((\d+) bytes\))?\]\n/;

/** Makes one user message: files first, each with its name on a line of its own, then what was written. */
export function toInput({ text, attachments }: MessageContent): InputItem[] {
  const parts: InputPart[] = attachments.map((each) =>
    each.kind === "image"
      ? { type: "input_image", image_url: each.content, detail: "auto" }
      : {
          type: "input_text",
          text: `[file: ${each.name.replaceAll("\n", " ")}${sizeOf(each)}]\n${each.content}`,
        },
  );
  if (text || parts.length === 0) parts.push({ type: "input_text", text });
  return [{ type: "message", role: "user", content: parts }];
}

function sizeOf({ size, content }: Attachment): string {
  return size && size !== new Blob([content]).size ? ` (${size} bytes)` : "";
}

/** Reads back what a turn's items say. */
export function fromInput(items: readonly InputItem[]): MessageContent {
  const texts: string[] = [];
  const attachments: Attachment[] = [];
  for (const item of items) {
    const parts =
      typeof item.content === "string" ? [{ type: "input_text", text: item.content }] : item.content;
    for (const part of parts ?? []) {
      const file = FILE.exec(part.text ?? "");
      if (part.image_url) {
        attachments.push({ kind: "image", name: "", size: 0, content: part.image_url });
      } else if (file) {
        const content = (part.text ?? "").slice(file[0].length);
        attachments.push({
          kind: "text",
          name: file[1] ?? "",
          size: file[2] ? Number(file[2]) : new Blob([content]).size,
          content,
        });
      } else if (part.text) texts.push(part.text);
    }
  }
  return { text: texts.join("\n\n"), attachments };
}
