import { use } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button } from "@/components/button";
import { Select, Switch, TextField } from "@/components/field";
import { useTools } from "@/features/tools";
import { addCatalogue } from "@/lib/i18n";
import { LANGUAGES, type Language } from "@/lib/i18n/languages";
import { researchCatalogue } from "../catalogue";
import { DEPTHS, type ResearchMode } from "./mode";

const catalogue = addCatalogue(researchCatalogue);

interface OptionsProps {
  mode: ResearchMode;
  onChange: (mode: ResearchMode | null) => void;
}

/** What the report is to be like, and what it may take. */
export default function Options({ mode, onChange }: OptionsProps) {
  use(catalogue);
  const { t } = useTranslation("research");
  const searches = useTools()?.some((tool) => tool.type === "web_search" && tool.available);
  const set = (change: Partial<ResearchMode>) => onChange({ ...mode, ...change });
  const amount = (name: "minutes" | "pages") => (
    <TextField
      type="number"
      min={1}
      inputMode="numeric"
      label={t(`most_${name}`)}
      value={mode[name]}
      onChange={(event) => set({ [name]: event.target.value })}
    />
  );
  return (
    <div className="flex flex-col gap-4">
      <p className="text-sm text-ink-soft">{t("about")}</p>
      {searches === false ? (
        <p role="status" className="rounded-lg bg-warn-soft px-3 py-2 text-sm text-warn">
          {t("needs_sources")}
        </p>
      ) : null}
      <div className="grid grid-cols-2 gap-3">
        <Select
          label={t("depth")}
          value={mode.depth}
          onChange={(event) => set({ depth: event.target.value as ResearchMode["depth"] })}
        >
          {DEPTHS.map((depth) => (
            <option key={depth} value={depth}>
              {t(`depth_${depth}`)}
            </option>
          ))}
        </Select>
        <Select
          label={t("report_language")}
          value={mode.language ?? ""}
          onChange={(event) => set({ language: event.target.value || null })}
        >
          <option value="">{t("language_of_question")}</option>
          {(Object.keys(LANGUAGES) as Language[]).map((code) => (
            <option key={code} value={code}>
              {LANGUAGES[code].name}
            </option>
          ))}
        </Select>
        {amount("minutes")}
        {amount("pages")}
      </div>
      <Switch
        label={t("approve")}
        hint={t("approve_hint")}
        checked={mode.approve}
        onChange={(approve) => set({ approve })}
      />
      <div className="flex items-center justify-between gap-3">
        <Link href="/research" className="text-sm text-accent hover:underline">
          {t("all")}
        </Link>
        <Button size="small" onClick={() => onChange(null)}>
          {t("mode_off")}
        </Button>
      </div>
    </div>
  );
}
