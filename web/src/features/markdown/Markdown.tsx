import { later } from "./later";

interface Props {
  /** What a person or a model wrote. */
  text: string;
  /** Whether more of it is coming. */
  streaming?: boolean;
}

const rendered = later(() => import("./Rendered"));

/** Markdown, safely: nothing in it can run, load or leave its place. Plain text until the part that reads it is there. */
export function Markdown({ text, streaming }: Props) {
  const part = rendered.use();
  if (part) return <part.Rendered text={text} streaming={streaming} />;
  return (
    <div dir="auto" className="whitespace-pre-wrap">
      {text}
    </div>
  );
}

/** Loads what reads Markdown, so that the first reply does not wait for it. */
export function prepareMarkdown(): void {
  rendered.prepare();
}
