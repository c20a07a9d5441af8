import { useFormat } from "@/lib/i18n/format";

/** A moment as "2 hours ago", exactly in its title. */
export function When({ seconds, never = "—" }: { seconds: number | null | undefined; never?: string }) {
  const format = useFormat();
  if (seconds === null || seconds === undefined) return <span className="text-ink-faint">{never}</span>;
  const at = seconds * 1000;
  return (
    <time dateTime={new Date(at).toISOString()} title={format.dateTime(at)} className="whitespace-nowrap">
      {format.ago(at)}
    </time>
  );
}
