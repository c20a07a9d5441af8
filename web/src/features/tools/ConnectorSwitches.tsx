import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Switch } from "@/components/field";
import { placeOf, useConnectors } from "./connectors";
import { type SwitchedTool, withConnector } from "./switched";

interface ConnectorSwitchesProps {
  on: readonly SwitchedTool[];
  onChange: (tools: SwitchedTool[]) => void;
}

/** The servers that are kept, each to be switched on, and the way to where they are looked after. */
export function ConnectorSwitches({ on, onChange }: ConnectorSwitchesProps) {
  const { t } = useTranslation("tools");
  const { data: connectors } = useConnectors();
  if (!connectors) return null;
  const gone = on.filter(({ connector_id: id }) => id && !connectors.some((each) => each.id === id));
  return (
    <section aria-label={t("connectors")} className="flex flex-col gap-3 border-t border-line pt-3">
      <div className="flex items-baseline justify-between gap-3 text-sm">
        <p className="text-ink-faint">{t("connectors")}</p>
        <Link href="/library/connectors" className="text-accent hover:underline">
          {t(connectors.length > 0 ? "connectors_manage" : "connectors_add")}
        </Link>
      </div>
      {connectors.map((each) => (
        <Switch
          key={each.id}
          label={each.name}
          hint={placeOf(each)}
          checked={on.some((switched) => switched.connector_id === each.id)}
          onChange={(next) => onChange(withConnector(on, each, next))}
        />
      ))}
      {gone.map((each) => (
        <Switch
          key={each.connector_id}
          label={each.server_label ?? t("connectors")}
          hint={t("connector_gone")}
          checked
          onChange={() => onChange(on.filter((switched) => switched !== each))}
        />
      ))}
    </section>
  );
}
