import { unmarked } from "@/lib/stream";
import { loadOnDemand } from "./load-on-demand";
import { ShowAll } from "./show-all";
import { useNear } from "./use-near";

interface Props {
  /** What a person or a model wrote. */
  text: string;
  /** Whether more of it is coming. */
  streaming?: boolean;
  /** Render all of it at once, also where nobody looks: for paper. */
  whole?: boolean;
}

const rendered = loadOnDemand(() => import("./Rendered"));

/** Characters up to which a text is rendered even where nobody looks yet. */
const SHORT = 1500;

/**
 * Markdown, safely: nothing in it can run, load or leave its place. Plain text until the part that reads it is there,
 * and, where it is long, until somebody comes near to it.
 */
export function Markdown({ text, streaming = false, whole = false }: Props) {
  const part = rendered.use();
  const { ref, near } = useNear(whole || streaming || text.length <= SHORT);
  if (part && near)
    return (
      <ShowAll value={whole}>
        <part.Rendered text={text} streaming={streaming} />
      </ShowAll>
    );
  return (
    <div ref={ref} dir="auto" className="whitespace-pre-wrap">
      {unmarked(text)}
    </div>
  );
}

/** Loads what reads Markdown after the next frame: the page stands by then, and the first reply does not wait for it. */
export function prepareMarkdown(): void {
  requestAnimationFrame(() => setTimeout(rendered.prepare));
}
