import type { ReactNode } from "react";

interface StartFrameProps {
  top?: ReactNode;
  title: string;
  box: ReactNode;
  children: ReactNode;
}

/**
 * A page on which a chat begins: on a phone the box is at the bottom, where the thumb is, and all else scrolls.
 *
 * Where the box stands depends on nothing that arrives later, or it would go away from under the pointer.
 */
export function StartFrame({ top, title, box, children }: StartFrameProps) {
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto px-4 max-sm:overflow-hidden">
      <div className="mx-auto flex w-full max-w-[45rem] flex-col gap-6 max-sm:contents sm:pt-[max(1.5rem,14dvh)] sm:pb-10">
        <div className="flex flex-col items-center gap-3 max-sm:pt-6 max-sm:pb-4">
          {top ? <div className="flex min-h-6 max-w-full items-center">{top}</div> : null}
          <h1 className="text-center text-2xl font-semibold text-balance">{title}</h1>
        </div>
        <div className="max-sm:order-last max-sm:pt-2 max-sm:pb-3 max-sm:[anchor-name:--footer]">{box}</div>
        <div className="flex flex-col gap-6 max-sm:-mx-4 max-sm:min-h-0 max-sm:flex-1 max-sm:overflow-y-auto max-sm:px-4 max-sm:pb-4">
          {children}
        </div>
      </div>
    </div>
  );
}
