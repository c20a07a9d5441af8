import { Plus } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "@/components/button";
import { Empty, Failure, Loading } from "@/components/states";

interface Props<T> {
  /** What this kind is for, in a sentence. */
  about: string;
  add: string;
  onAdd: () => void;
  things: readonly T[] | undefined;
  error: unknown;
  retry: () => void;
  empty: { icon: ReactNode; title: string; text: string };
  children: (thing: T) => ReactNode;
}

/** A list of one kind of things, with all that a list can be: on its way, broken, empty, full. */
export function Shelf<T extends { id: string }>(props: Props<T>) {
  const { about, add, onAdd, things, error, retry, empty, children } = props;
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
      {things?.length === 0 ? <Empty {...empty} action={button} /> : null}
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
