import type { ReactNode } from "react";
import { Logo } from "@/components/logo";
import { siteName } from "@/lib/site-name";
import { LanguageMenu } from "./LanguageMenu";

/** The frame of the pages before somebody is in. */
export function SignedOutPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-h-full flex-col bg-ground">
      <header className="flex justify-end p-3">
        <LanguageMenu />
      </header>
      <main className="mx-auto flex w-full max-w-md flex-1 flex-col justify-center gap-6 px-6 pb-24">
        <div className="flex items-center gap-3">
          <Logo className="size-10" />
          <div className="min-w-0">
            <h1 className="text-2xl font-semibold">{title}</h1>
            <bdi translate="no" className="text-ink-soft">
              {siteName.use()}
            </bdi>
          </div>
        </div>
        {children}
      </main>
    </div>
  );
}
