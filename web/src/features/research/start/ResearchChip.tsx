import { Telescope } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { PanelButton } from "@/components/overlays/panel-button";
import { Loading } from "@/components/states";
import { type ResearchMode, USUAL } from "./mode";

const Options = lazy(() => import("./Options"));

interface ResearchChipProps {
  /** Null where the next message is no research. */
  mode: ResearchMode | null;
  onChange: (mode: ResearchMode | null) => void;
  className: string;
}

/** Makes the next message a research, and says of what kind. */
export function ResearchChip({ mode, onChange, className }: ResearchChipProps) {
  const { t } = useTranslation("chat");
  const [open, setOpen] = useState(false);
  function show(next: boolean) {
    if (next && !mode) onChange(USUAL);
    setOpen(next);
  }
  function change(next: ResearchMode | null) {
    onChange(next);
    if (!next) setOpen(false);
  }
  return (
    <PanelButton
      label={t(mode ? "research_on" : "research")}
      title={t("research")}
      icon={<Telescope aria-hidden />}
      on={mode !== null}
      open={open}
      onOpen={show}
      className={className}
    >
      {mode ? (
        <Suspense fallback={<Loading className="p-2" />}>
          <Options mode={mode} onChange={change} />
        </Suspense>
      ) : null}
    </PanelButton>
  );
}
