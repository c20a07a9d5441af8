import { useTranslation } from "react-i18next";
import { BidiText } from "@/components/bidi-text";
import { Markdown } from "@/features/markdown";
import { CodeBlock } from "./CodeBlock";

interface Part {
  type: string;
  text?: string;
  refusal?: string;
}

/** An item of a response's input or output, as far as people read it. */
export interface Item {
  id?: string | null;
  type?: string;
  role?: string;
  content?: string | readonly Part[];
  summary?: readonly Part[];
}

function wordsOf(item: Item): string | null {
  if (typeof item.content === "string") return item.content;
  const parts = item.content?.length ? item.content : item.summary;
  if (!parts?.length) return null;
  if (parts.some((part) => part.text === undefined && part.refusal === undefined)) return null;
  return parts.map((part) => part.text ?? part.refusal).join("\n\n");
}

/** What was said, one item after the other; what is no text stands as JSON. `growing`: the last is being written. */
export function Items({ items, growing = false }: { items: readonly Item[]; growing?: boolean }) {
  const { t } = useTranslation("console");
  if (items.length === 0) return <p className="text-ink-faint">{t("items_none")}</p>;
  return (
    <ol className="flex flex-col gap-3">
      {items.map((item, index) => {
        const words = wordsOf(item);
        const kind = item.role ?? item.type ?? "item";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: items have their place and never move
          <li key={index} className="rounded-xl border border-line bg-surface">
            <p className="border-b border-line px-4 py-1.5 text-sm text-ink-faint">
              {t(`item_${kind}`, { defaultValue: kind })}
            </p>
            {words === null ? (
              <div className="p-2">
                <CodeBlock code={JSON.stringify(item, null, 2)} label={kind} />
              </div>
            ) : (
              <div className="max-h-[32rem] overflow-auto px-4 py-3">
                {kind === "assistant" || kind === "message" ? (
                  <Markdown text={words} streaming={growing} />
                ) : (
                  <div dir="auto" className="whitespace-pre-wrap">
                    <BidiText text={words} />
                  </div>
                )}
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
