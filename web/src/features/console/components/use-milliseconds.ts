import { useFormat } from "@/lib/i18n/format";

/** Writes a stretch of time: "54 ms" below a second, "1.2 s" above; "—" when it is not known. */
export function useMilliseconds(): (value: number | null) => string {
  const format = useFormat();
  return (value) => {
    if (value === null) return "—";
    if (value >= 1000) return format.duration(value / 1000);
    return format.number(value, {
      style: "unit",
      unit: "millisecond",
      unitDisplay: "narrow",
      maximumFractionDigits: 0,
    });
  };
}
