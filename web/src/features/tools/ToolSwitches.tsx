import { useTranslation } from "react-i18next";
import { Switch } from "@/components/field";
import { useMe } from "@/features/session";
import { ConnectorSwitches } from "./ConnectorSwitches";
import { useTools } from "./queries";
import { type SwitchedTool, shownTools, withTool } from "./switched";
import { useToolWords } from "./use-tool-words";

interface ToolSwitchesProps {
  on: readonly SwitchedTool[];
  onChange: (tools: SwitchedTool[]) => void;
}

/** Each tool of this server with what it does, and whether it is on. Why one cannot work is for those who manage it. */
export default function ToolSwitches({ on, onChange }: ToolSwitchesProps) {
  const { t } = useTranslation("tools");
  const words = useToolWords();
  const offered = useTools() ?? [];
  const manages = useMe().permissions.includes("installation.manage");
  const shown = shownTools(offered, on, manages);
  return (
    <div className="flex flex-col gap-4">
      {shown.length === 0 ? <p className="text-sm text-ink-faint">{t("none")}</p> : null}
      <ul className="flex flex-col gap-4">
        {shown.map(({ type, available, reason }) => {
          const { name, about } = words(type);
          const isOn = on.some((each) => each.type === type);
          const why = manages && reason ? t("unavailable_because", { reason }) : t("unavailable");
          return (
            <li key={type}>
              <Switch
                label={name}
                hint={available ? about : `${about} ${why}`}
                checked={isOn}
                // One that stopped working can still be switched off.
                disabled={!available && !isOn}
                onChange={(next) => onChange(withTool(offered, on, type, next))}
              />
            </li>
          );
        })}
      </ul>
      <ConnectorSwitches on={on} onChange={onChange} />
    </div>
  );
}
