import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { installationQuery } from "@/features/session";
import { Group } from "./Group";

/** Which version runs, and where. */
export function About() {
  const { t } = useTranslation("settings");
  const { data } = useQuery(installationQuery);
  const rows = [
    { name: t("version"), value: data?.version ?? "…" },
    { name: t("server"), value: window.location.host },
    { name: t("licence"), value: "Apache-2.0" },
  ];
  return (
    <>
      <Group title={t("about")}>
        <dl className="grid grid-cols-[max-content_1fr] gap-x-6 gap-y-2">
          {rows.map(({ name, value }) => (
            <div key={name} className="contents">
              <dt className="text-ink-soft">{name}</dt>
              <dd>
                <bdi>{value}</bdi>
              </dd>
            </div>
          ))}
        </dl>
      </Group>
      <Group title={t("where_title")}>
        <ul className="flex list-disc flex-col gap-2 ps-5">
          <li>{t("where_here")}</li>
          <li>{t("where_models")}</li>
          <li>{t("where_page")}</li>
        </ul>
      </Group>
    </>
  );
}
