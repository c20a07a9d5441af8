import { Markdown } from "@/features/markdown";

/** What a model wrote, for reading. */
export function ReplyText({ text, streaming }: { text: string; streaming: boolean }) {
  return <Markdown text={text} streaming={streaming} />;
}
