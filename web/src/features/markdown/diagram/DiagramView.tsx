import { Minus, Plus } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import { useFormat } from "@/lib/i18n/format";
import { DiagramFrame } from "./DiagramFrame";

/** How wide a diagram may be drawn, as parts of the room. */
const STEPS = [1, 1.5, 2, 3, 4, 6];

/** A diagram over the whole window, larger as wanted, and scrolled where it does not fit. */
export function DiagramView({ source, onClose }: { source: string; onClose: () => void }) {
  const { t } = useTranslation("markdown");
  const format = useFormat();
  const [step, setStep] = useState(0);
  const scale = STEPS[step] ?? 1;
  const by = (change: number) => setStep((at) => Math.max(0, Math.min(STEPS.length - 1, at + change)));

  function onKeyDown(event: KeyboardEvent) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") by(1);
    else if (event.key === "-") by(-1);
    else if (event.key === "0") setStep(0);
    else return;
    event.preventDefault();
  }

  return (
    // Code and diagrams run from left to right; the window over them is the page's.
    // biome-ignore lint/a11y/noStaticElementInteractions: its buttons do the same; the keys are a shortcut
    <div dir={document.documentElement.dir} onKeyDown={onKeyDown}>
      <Dialog
        title={t("diagram")}
        size="full"
        onClose={onClose}
        actions={
          <div className="flex items-center gap-1">
            <IconButton label={t("smaller")} disabled={step === 0} onClick={() => by(-1)}>
              <Minus aria-hidden />
            </IconButton>
            <Button onClick={() => setStep(0)} aria-label={t("whole")}>
              {format.percent(scale)}
            </Button>
            <IconButton label={t("larger")} disabled={step === STEPS.length - 1} onClick={() => by(1)}>
              <Plus aria-hidden />
            </IconButton>
          </div>
        }
      >
        {/* The frame takes no touches: a finger scrolls, and two enlarge the page as everywhere. */}
        <section
          aria-label={t("diagram")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
          dir="ltr"
          className="h-full overflow-auto rounded-lg bg-surface [&_iframe]:pointer-events-none"
        >
          <div style={{ width: `${scale * 100}%` }}>
            <DiagramFrame source={source} width={scale} hidden={false} onDrawn={() => {}} onWrong={onClose} />
          </div>
        </section>
      </Dialog>
    </div>
  );
}
