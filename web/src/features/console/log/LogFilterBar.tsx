import { useTranslation } from "react-i18next";
import { Select } from "@/components/field";
import { useMe } from "@/features/session";
import { useAccess } from "../access";
import { useProjectKeys } from "../keys/queries";
import { useInstalledModels } from "../models/queries";
import { useUsers } from "../people/queries";
import { type LogFilters, SINCE, STATUSES } from "./queries";

interface LogFilterBarProps {
  filters: LogFilters;
  change: (change: Partial<LogFilters>) => void;
}

/** Which lines of the log are shown. */
export function LogFilterBar({ filters, change }: LogFilterBarProps) {
  const { t } = useTranslation("console");
  const me = useMe();
  const { can } = useAccess();
  const models = useInstalledModels();
  const keys = useProjectKeys(can("project.manage"));
  const users = useUsers(can("organization.read"));
  const people = users.data ?? [me.user];
  const choices: { name: keyof LogFilters; label: string; options: { value: string; label: string }[] }[] = [
    {
      name: "status",
      label: t("status"),
      options: STATUSES.map((each) => ({ value: each, label: t(`status_${each}`) })),
    },
    {
      name: "model",
      label: t("model"),
      options: (models.data ?? []).map((each) => ({ value: each.id, label: each.id })),
    },
    {
      name: "user",
      label: t("person"),
      options: people.map((each) => ({ value: each.id, label: each.name || each.email || each.id })),
    },
    ...(keys.data
      ? [
          {
            name: "key" as const,
            label: t("key"),
            options: keys.data.map((each) => ({ value: each.id, label: each.name })),
          },
        ]
      : []),
    {
      name: "since",
      label: t("usage_range"),
      options: Object.keys(SINCE).map((each) => ({ value: each, label: t(`log_since_${each}`) })),
    },
  ];
  return (
    <search aria-label={t("log_filters")} className="grid grid-cols-2 gap-3 sm:flex sm:flex-wrap">
      {choices.map((choice) => (
        <div key={choice.name} className="sm:min-w-36">
          <Select
            label={choice.label}
            value={filters[choice.name]}
            onChange={(event) => change({ [choice.name]: event.target.value })}
          >
            <option value="">{t("all")}</option>
            {choice.options.map((option) => (
              <option key={option.value} value={option.value}>
                {option.label}
              </option>
            ))}
          </Select>
        </div>
      ))}
    </search>
  );
}
