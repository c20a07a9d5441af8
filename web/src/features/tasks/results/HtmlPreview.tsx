import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Switch } from "@/components/field";
import { at } from "@/lib/base";
import type { PreviewRequest } from "./preview-frame";

/** A page that an agent made, in a frame without origin and network; its scripts run only when somebody asks for it. */
export function HtmlPreview({ name, html }: { name: string; html: string }) {
  const { t } = useTranslation("tasks");
  const frame = useRef<HTMLIFrameElement>(null);
  const [ready, setReady] = useState(false);
  const [scripts, setScripts] = useState(false);
  useEffect(() => {
    const hear = ({ source, data }: MessageEvent<{ type?: unknown } | null>) => {
      if (source === frame.current?.contentWindow && data?.type === "ready") setReady(true);
    };
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  }, []);
  useEffect(() => {
    if (!ready) return;
    const message: PreviewRequest = { type: "preview", html, scripts };
    // A page without an origin cannot be named; the frame's address is ours, and it cannot leave it.
    frame.current?.contentWindow?.postMessage(message, "*");
  }, [ready, html, scripts]);
  return (
    <div className="flex flex-col gap-3">
      <Switch label={t("run_scripts")} hint={t("run_scripts_hint")} checked={scripts} onChange={setScripts} />
      <iframe
        ref={frame}
        title={t("preview_of", { name })}
        src={at("/preview.html")}
        sandbox="allow-scripts"
        referrerPolicy="no-referrer"
        className="h-[60dvh] w-full rounded-xl border border-line bg-white"
      />
    </div>
  );
}
