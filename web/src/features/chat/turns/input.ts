/** What a person says, as items of the API, and what can be shown of such items. */
export interface InputPart {
  type: string;
  text?: string;
  image_url?: string;
  detail?: string;
  file_id?: string;
  filename?: string;
}

export interface InputItem {
  type?: string;
  role?: string;
  content?: string | readonly InputPart[];
  [key: string]: unknown;
}

/** A file that the server has. */
export interface FileAttachment {
  kind: "file";
  fileId: string;
  name: string;
}

/** A picture that the server has as a file. */
export interface PictureAttachment {
  kind: "picture";
  fileId: string;
  /** Empty where the message does not say it. */
  name: string;
}

/** What is in the message itself: an image or a file's text, as other clients send it, and as all did before. */
export interface InlineAttachment {
  kind: "text" | "image";
  name: string;
  /** Of the file, in bytes. */
  size: number;
  /** The text of a file, or the data URL of an image. */
  content: string;
}

export type Attachment = FileAttachment | PictureAttachment | InlineAttachment;
export type Picture = PictureAttachment | (InlineAttachment & { kind: "image" });

export function isPicture(attachment: Attachment): attachment is Picture {
  return attachment.kind === "picture" || attachment.kind === "image";
}

/** Those of them that are pictures. */
export function picturesOf(attachments: readonly Attachment[]): readonly Picture[] {
  return attachments.filter(isPicture);
}

export interface MessageContent {
  text: string;
  attachments: readonly Attachment[];
}

/** The name, and the file's size where it is not that of the text: a PDF's. The server reads it, too (`titles.py`). */
const FILE = /^\[file: (.*?)(?: \((\d+) bytes\))?\]\n/;

/** Makes one user message: files first, then what was written. */
export function toInput({ text, attachments }: MessageContent): InputItem[] {
  const parts: InputPart[] = attachments.map(toPart);
  if (text || parts.length === 0) parts.push({ type: "input_text", text });
  return [{ type: "message", role: "user", content: parts }];
}

function toPart(attachment: Attachment): InputPart {
  switch (attachment.kind) {
    case "file":
      return { type: "input_file", file_id: attachment.fileId, filename: attachment.name };
    case "picture":
      return { type: "input_image", file_id: attachment.fileId, detail: "auto" };
    case "image":
      return { type: "input_image", image_url: attachment.content, detail: "auto" };
    case "text": {
      const name = attachment.name.replaceAll("\n", " ");
      return { type: "input_text", text: `[file: ${name}${sizeOf(attachment)}]\n${attachment.content}` };
    }
  }
}

function sizeOf({ size, content }: InlineAttachment): string {
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
      const attachment = attachmentOf(part);
      if (attachment) attachments.push(attachment);
      else if (part.text) texts.push(part.text);
    }
  }
  return { text: texts.join("\n\n"), attachments };
}

function attachmentOf(part: InputPart): Attachment | null {
  if (part.image_url) return { kind: "image", name: "", size: 0, content: part.image_url };
  if (part.type === "input_image" && part.file_id) return { kind: "picture", fileId: part.file_id, name: "" };
  if (part.type === "input_file" && part.file_id)
    return { kind: "file", fileId: part.file_id, name: part.filename ?? "" };
  const file = FILE.exec(part.text ?? "");
  if (!file) return null;
  const content = (part.text ?? "").slice(file[0].length);
  const size = file[2] ? Number(file[2]) : new Blob([content]).size;
  return { kind: "text", name: file[1] ?? "", size, content };
}
