import { Globe } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { BidiLine } from "@/components/bidi-text";
import type { FileCitation } from "@/lib/stream";
import { hostOf } from "./host";

/** The pages of the web that a reply cites, each once, as they are there now; the numbers open them as they were read. */
export function WebSources({ citations }: { citations: readonly FileCitation[] }) {
  const { t } = useTranslation("chat");
  const pages = useMemo(() => {
    const found = new Map<string, string>();
    for (const { url, filename } of citations) if (url && !found.has(url)) found.set(url, filename);
    return [...found];
  }, [citations]);
  if (pages.length === 0) return null;
  return (
    <ul aria-label={t("web_sources")} className="flex min-w-0 flex-wrap gap-2 text-sm">
      {pages.map(([url, title]) => (
        <li key={url} className="min-w-0">
          <a
            href={url}
            target="_blank"
            rel="noopener noreferrer"
            className="flex min-h-6 max-w-72 items-center gap-1.5 rounded-full border border-line px-2.5 py-0.5 text-ink-soft hover:text-ink"
          >
            <Globe className="size-4 shrink-0" aria-hidden />
            <span className="min-w-0 truncate">
              <bdi>
                <BidiLine text={title} />
              </bdi>
            </span>
            <span dir="ltr" className="max-w-32 shrink-0 truncate text-ink-faint">
              {hostOf(url)}
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}
