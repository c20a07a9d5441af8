/** Numbers, sizes, durations, money and dates as the person's locale writes them. */
import { useTranslation } from "react-i18next";
import { LANGUAGES, type Language } from "./languages";

export interface Format {
  number(value: number, options?: Intl.NumberFormatOptions): string;
  percent(value: number): string;
  /** US dollars; small amounts keep their significant digits. */
  money(dollars: number): string;
  bytes(value: number): string;
  /** Seconds, as "0.4 s", "12 s" or "3 min 5 s". */
  duration(seconds: number): string;
  date(milliseconds: number, options?: Intl.DateTimeFormatOptions): string;
  dateTime(milliseconds: number): string;
  time(milliseconds: number): string;
  /** "2 hours ago", "yesterday". */
  ago(milliseconds: number, now?: number): string;
  list(items: readonly string[]): string;
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const SIZES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

export function formatFor(language: string): Format {
  const numbers = kept((options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options));
  const dates = kept((options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, options));
  const relative = kept(() => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
  const number = (value: number, options: Intl.NumberFormatOptions = {}) => numbers(options).format(value);
  const date = (value: number, options: Intl.DateTimeFormatOptions = { dateStyle: "medium" }) =>
    dates(options).format(value);
  const unit = (value: number, name: string, digits = 0) =>
    number(value, { style: "unit", unit: name, unitDisplay: "narrow", maximumFractionDigits: digits });
  return {
    number,
    date,
    percent: (value) => number(value, { style: "percent", maximumFractionDigits: 1 }),
    money: (dollars) => {
      const small = dollars !== 0 && Math.abs(dollars) < 0.01;
      const digits = small
        ? { maximumSignificantDigits: 3 }
        : { maximumFractionDigits: Math.abs(dollars) < 1 ? 4 : 2 };
      const options: Intl.NumberFormatOptions = {
        style: "currency",
        currency: "USD",
        currencyDisplay: "narrowSymbol",
        ...digits,
      };
      if (LANGUAGES[language as Language]?.direction !== "rtl") return number(dollars, options);
      // "US$ 0.018" would be read as "$US 0.018": kept together, and with the sign alone.
      return `\u2066${new Intl.NumberFormat("en", options).format(dollars)}\u2069`;
    },
    bytes: (value) => {
      const step = Math.min(SIZES.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
      const scaled = value / 1000 ** step;
      const words = number(scaled, {
        style: "unit",
        unit: SIZES[step],
        unitDisplay: step === 0 ? "long" : "short",
        maximumFractionDigits: scaled < 10 && step > 0 ? 1 : 0,
      });
      // Some languages part a number and its unit with a space at which a line may break.
      return words.replace(" ", "\u00a0");
    },
    duration: (seconds) => {
      if (seconds < 60) return unit(seconds, "second", seconds < 10 ? 1 : 0);
      const minutes = Math.floor(seconds / 60);
      const rest = Math.round(seconds % 60);
      return rest ? `${unit(minutes, "minute")} ${unit(rest, "second")}` : unit(minutes, "minute");
    },
    dateTime: (value) => date(value, { dateStyle: "medium", timeStyle: "short" }),
    time: (value) => date(value, { timeStyle: "short" }),
    ago: (value, now = Date.now()) => {
      const seconds = (value - now) / 1000;
      for (const [name, size] of STEPS) {
        if (Math.abs(seconds) >= size) return relative({}).format(Math.trunc(seconds / size), name);
      }
      return relative({}).format(0, "second");
    },
    list: (items) => new Intl.ListFormat(language).format(items),
  };
}

/** Makes each formatter once, when it is first needed: making one takes longer than formatting a page with it. */
function kept<Options extends object, Formatter>(
  make: (options: Options) => Formatter,
): (options: Options) => Formatter {
  const made = new Map<string, Formatter>();
  return (options) => {
    const key = JSON.stringify(options);
    let formatter = made.get(key);
    if (!formatter) {
      formatter = make(options);
      made.set(key, formatter);
    }
    return formatter;
  };
}

const formatOf = kept(({ language }: { language: string }) => formatFor(language));

/** The formats of the language in force. */
export function useFormat(): Format {
  const { i18n } = useTranslation();
  return formatOf({ language: i18n.language || "en" });
}
