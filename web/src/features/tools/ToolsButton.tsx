import { Wrench } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "@/components/overlays/dialog";
import { Popover } from "@/components/overlays/popover";
import { tooltip } from "@/components/overlays/tooltip";
import { Loading } from "@/components/states";
import { useMe } from "@/features/session";
import { useWide } from "@/lib/use-wide";
import { useTools } from "./queries";
import { type SwitchedTool, shownTools } from "./switched";

const ToolSwitches = lazy(() => import("./ToolSwitches"));

interface ToolsButtonProps {
  on: readonly SwitchedTool[];
  onChange: (tools: SwitchedTool[]) => void;
  className: string;
}

/** In rem: from here on the switches open beside the button; under it, they are a sheet. */
const WIDE = 40;

/** Opens the switches of the tools. Nothing where there is no tool to switch on. */
export function ToolsButton({ on, onChange, className }: ToolsButtonProps) {
  const { t } = useTranslation("tools");
  const wide = useWide(WIDE);
  const [open, setOpen] = useState(false);
  const manages = useMe().permissions.includes("installation.manage");
  const shown = shownTools(useTools() ?? [], on, manages);
  const connected = on.filter((each) => each.connector_id).length;
  if (shown.length + connected === 0) return null;
  const count = connected + shown.filter((tool) => on.some((each) => each.type === tool.type)).length;
  const label = t("tools_on", { count });
  const switches = (
    <Suspense fallback={<Loading className="p-2" />}>
      <ToolSwitches on={on} onChange={onChange} />
    </Suspense>
  );
  const button = (
    <button
      type="button"
      aria-label={label}
      aria-haspopup="dialog"
      {...tooltip(label)}
      // Not `aria-pressed`: it opens the switches, and is none.
      data-on={count > 0 || undefined}
      onClick={wide ? undefined : () => setOpen(true)}
      className={`${className} data-on:text-accent`}
    >
      <Wrench aria-hidden />
      <span className="max-sm:hidden">{t("tools")}</span>
      {count > 0 ? <span aria-hidden className="size-1.5 shrink-0 rounded-full bg-accent" /> : null}
    </button>
  );
  if (wide)
    return (
      <Popover
        open={open}
        onOpenChange={setOpen}
        align="start"
        label={t("tools")}
        className="w-96 p-4"
        trigger={button}
      >
        {switches}
      </Popover>
    );
  return (
    <>
      {button}
      {open ? (
        <Dialog title={t("tools")} onClose={() => setOpen(false)}>
          {switches}
        </Dialog>
      ) : null}
    </>
  );
}
