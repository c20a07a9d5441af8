import { File, FileCode, FileImage, FileSpreadsheet, FileText, Mail, Presentation } from "lucide-react";
import { cx } from "@/lib/class-names";

const KINDS: readonly [RegExp, typeof File][] = [
  [/\.(pdf|docx?|odt|rtf|txt|md|markdown|epub|html?|tex)$/i, FileText],
  [/\.(xlsx?|xlsm|xlsb|ods|csv|tsv)$/i, FileSpreadsheet],
  [/\.(pptx?|odp|key)$/i, Presentation],
  [/\.(png|jpe?g|gif|webp|svg|bmp|tiff?|heic)$/i, FileImage],
  [/\.(eml|msg|mbox)$/i, Mail],
  [/\.(py|js|tsx?|jsx|c|h|cpp|hpp|rs|go|java|kt|rb|php|sh|sql|css|json|jsonl|ya?ml|toml|xml)$/i, FileCode],
];

/** A picture for a file, by the end of its name. */
export function FileIcon({ name, className }: { name: string; className?: string }) {
  const Icon = KINDS.find(([ending]) => ending.test(name))?.[1] ?? File;
  return <Icon className={cx("shrink-0 text-ink-faint", className)} aria-hidden />;
}
