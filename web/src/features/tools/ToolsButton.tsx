import { Wrench } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { PanelButton } from "@/components/overlays/panel-button";
import { Loading } from "@/components/states";
import { useMe } from "@/features/session";
import { useTools } from "./queries";
import { type SwitchedTool, shownTools } from "./switched";

const ToolSwitches = lazy(() => import("./ToolSwitches"));

interface ToolsButtonProps {
  on: readonly SwitchedTool[];
  onChange: (tools: SwitchedTool[]) => void;
  className: string;
}

/** Opens the switches of the tools. Nothing where there is no tool to switch on. */
export function ToolsButton({ on, onChange, className }: ToolsButtonProps) {
  const { t } = useTranslation("tools");
  const [open, setOpen] = useState(false);
  const manages = useMe().permissions.includes("installation.manage");
  const shown = shownTools(useTools() ?? [], on, manages);
  const connected = on.filter((each) => each.connector_id).length;
  if (shown.length + connected === 0) return null;
  const count = connected + shown.filter((tool) => on.some((each) => each.type === tool.type)).length;
  return (
    <PanelButton
      label={t("tools_on", { count })}
      title={t("tools")}
      icon={<Wrench aria-hidden />}
      on={count > 0}
      open={open}
      onOpen={setOpen}
      className={className}
    >
      <Suspense fallback={<Loading className="p-2" />}>
        <ToolSwitches on={on} onChange={onChange} />
      </Suspense>
    </PanelButton>
  );
}
