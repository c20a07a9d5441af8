import { useTranslation } from "react-i18next";
import { keysText, useAllCommands } from "@/lib/commands";

/** All keys that do something now, by section, and those of the sidebar's list. */
export function ShortcutList() {
  const { t } = useTranslation("palette");
  const commands = useAllCommands();
  const sections = new Map<string, { label: string; keys: string }[]>();
  for (const { keys, label, section = t("other") } of commands) {
    if (keys) sections.set(section, [...(sections.get(section) ?? []), { label, keys: keysText(keys) }]);
  }
  sections.set(t("in_lists"), [
    { label: t("key_walk"), keys: "↑ ↓" },
    { label: t("key_open"), keys: "Enter" },
    { label: t("key_rename"), keys: "F2" },
    { label: t("key_delete"), keys: "Delete" },
  ]);
  return (
    <div className="gap-x-8 sm:columns-2">
      {[...sections].map(([section, rows]) => (
        <section key={section} className="mb-5 break-inside-avoid">
          <h3 className="mb-1 text-sm font-medium text-ink-faint">{section}</h3>
          <dl>
            {rows.map((row) => (
              <div key={row.label} className="flex items-center justify-between gap-4 py-1">
                <dt>{row.label}</dt>
                <dd>
                  <kbd className="rounded-md border border-line bg-sunken px-1.5 py-0.5 text-xs whitespace-nowrap">
                    {row.keys}
                  </kbd>
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}
