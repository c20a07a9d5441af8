import type { ReactNode } from "react";

/** Settings that belong together, under a heading. */
export function Group({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="flex flex-col gap-4 rounded-2xl border border-line bg-surface p-4 sm:p-5">
      <div>
        <h2 className="font-semibold">{title}</h2>
        {text ? <p className="text-sm text-ink-soft">{text}</p> : null}
      </div>
      {children}
    </section>
  );
}
