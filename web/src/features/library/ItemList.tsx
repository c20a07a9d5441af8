import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Empty, Failure, Loading } from "@/components/states";
import { ALIGNED, cx } from "@/lib/class-names";

interface Props<T> {
  /** What this kind is for, in a sentence. */
  about: string;
  add: string;
  onAdd: () => void;
  things: readonly T[] | undefined;
  error: unknown;
  retry: () => void;
  empty: { icon: ReactNode; title: string; text: string };
  /** What can be taken while there is nothing. */
  examples?: readonly Example[];
  children: (thing: T) => ReactNode;
}

export interface Example {
  name: string;
  text?: string;
  onTake: () => void;
}

/** A list of one kind of things, with all that a list can be: on its way, broken, empty, full. */
export function ItemList<T extends { id: string }>(props: Props<T>) {
  const { about, add, onAdd, things, error, retry, empty, examples = [], children } = props;
  const button = (
    <Button look="primary" onClick={onAdd}>
      <Plus className="size-4" aria-hidden />
      {add}
    </Button>
  );
  return (
    <>
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-60 flex-1 text-ink-soft">{about}</p>
        {things?.length ? button : null}
      </div>
      {error && !things ? <Failure error={error} retry={retry} /> : null}
      {!things && !error ? <Loading /> : null}
      {things?.length === 0 ? (
        <>
          <Empty {...empty} action={button} />
          <Examples examples={examples} />
        </>
      ) : null}
      {things?.length ? (
        <ul className="flex flex-col gap-2">
          {things.map((thing) => (
            <li key={thing.id} className="rounded-2xl border border-line bg-surface p-4">
              {children(thing)}
            </li>
          ))}
        </ul>
      ) : null}
    </>
  );
}

/** In a text that is only shown, of which nothing is filled in. */
const VARIABLE = /\{\{[^}]*\}\}/g;

function Examples({ examples }: { examples: readonly Example[] }) {
  const { t } = useTranslation("library");
  if (examples.length === 0) return null;
  return (
    <section aria-label={t("examples")} className="flex flex-col gap-2">
      <h2 className="font-medium">{t("examples")}</h2>
      <ul className="grid grid-cols-1 gap-2 sm:grid-cols-2">
        {examples.map(({ name, text, onTake }) => (
          <li
            key={name}
            className="flex items-center gap-3 rounded-2xl border border-line bg-surface p-3 ps-4"
          >
            <div dir="auto" className={cx("min-w-0 flex-1", ALIGNED)}>
              <h3 className={text ? "font-medium" : undefined}>{name}</h3>
              {text ? (
                <p className="line-clamp-2 text-sm text-ink-soft">{text.replace(VARIABLE, "…")}</p>
              ) : null}
            </div>
            <Button size="small" onClick={onTake}>
              <Plus className="size-4" aria-hidden />
              {t("ready_take")}
              <span className="sr-only">{name}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
