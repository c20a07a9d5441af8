import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "@/components/field";
import { fenced } from "@/features/chat/parts";
import { Markdown } from "@/features/markdown";
import { cx } from "@/lib/class-names";
import type { SessionItem } from "../session/types";
import { isCode } from "./blocks";
import { type DiffLine, diffLines } from "./diff";
import { type Written, writtenIn } from "./written";

/** What the agent writes: files that its commands make, as they change, and its Python. The newest comes by itself. */
export function EditorPanel({ items }: { items: readonly SessionItem[] }) {
  const { t } = useTranslation("tasks");
  const [chosen, choose] = useState<string | null>(null);
  const all = useMemo(() => {
    const order = new Map(items.map((item, place) => [item.id, place]));
    const place = (key: string) => order.get(key.replace(/-\d+$/, "")) ?? 0;
    const code = items.flatMap((item) =>
      isCode(item) && item.command ? [{ key: item.id, path: "", text: item.command, before: null }] : [],
    );
    return [...writtenIn(items), ...code].sort((one, other) => place(one.key) - place(other.key));
  }, [items]);
  const shown = all.find((each) => each.key === chosen) ?? all.at(-1);
  if (!shown) return <p className="text-ink-soft">{t("nothing_written")}</p>;
  return (
    <div className="flex flex-col gap-3">
      <Select
        label={t("what_was_written")}
        hidden
        value={shown.key}
        onChange={(event) => choose(event.target.value === all.at(-1)?.key ? null : event.target.value)}
      >
        {all.map((each, place) => (
          <option key={each.key} value={each.key}>
            {`${place + 1}. ${each.path || "Python"}`}
          </option>
        ))}
      </Select>
      {shown.before === null ? (
        <Markdown text={fenced(shown.text, shown.path ? languageOf(shown.path) : "python")} />
      ) : (
        <Changes written={{ ...shown, before: shown.before }} />
      )}
    </div>
  );
}

const languageOf = (path: string) => /\.(\w+)$/.exec(path)?.[1] ?? "text";

const LOOK: Record<DiffLine["kind"], string> = {
  same: "text-ink-soft",
  added: "bg-good-soft text-good",
  removed: "bg-bad-soft text-bad",
};
const SIGN: Record<DiffLine["kind"], string> = { same: " ", added: "+", removed: "-" };

function Changes({ written }: { written: Written & { before: string } }) {
  const { t } = useTranslation("tasks");
  const lines = useMemo(() => diffLines(written.before, written.text), [written]);
  return (
    <section
      aria-label={t("changes_of", { name: written.path })}
      dir="ltr"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by the keyboard
      tabIndex={0}
      className="max-h-[60dvh] overflow-auto rounded-lg border border-line font-mono text-sm"
    >
      {lines.map(({ kind, text }, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <div key={place} className={cx("px-3 whitespace-pre-wrap wrap-anywhere", LOOK[kind])}>
          {SIGN[kind]} {text}
        </div>
      ))}
    </section>
  );
}
