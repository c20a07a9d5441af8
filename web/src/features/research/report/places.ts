import { useFormat } from "@/lib/i18n/format";

/** The host of an address, as people know it; the address itself where it has none. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host.replace(/^www\./, "") : url;
}

const PARTS = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$/;

/** How a day, a month or a year is written here, of `2026-11-30`, `2026-11` or `2026`. */
export function useDay(): (day: string) => string {
  const format = useFormat();
  return (day) => {
    const [, year, month, date] = PARTS.exec(day) ?? [];
    if (!year) return day;
    const at = Date.UTC(Number(year), Number(month ?? 1) - 1, Number(date ?? 1));
    return format.date(at, {
      ...{ timeZone: "UTC", year: "numeric" },
      ...(month ? { month: "short" } : {}),
      ...(date ? { day: "numeric" } : {}),
    });
  };
}
