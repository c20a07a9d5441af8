import { Server } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { ConnectDialog } from "@/features/console";
import { finish } from "../progress";

/** The way in for those whose models run elsewhere: connect that server, and chat. */
export function ServerChoice() {
  const { t } = useTranslation("setup");
  const [, go] = useLocation();
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        className="flex items-center gap-3 rounded-2xl border border-line bg-surface p-4 text-start hover:bg-hover"
      >
        <Server className="size-5 shrink-0 text-accent" aria-hidden />
        <span className="flex min-w-0 flex-col">
          <span className="font-medium">{t("server_have")}</span>
          <span className="text-sm text-ink-soft">{t("server_have_text")}</span>
        </span>
      </button>
      {open ? (
        <ConnectDialog
          onClose={() => setOpen(false)}
          onDone={() => {
            finish();
            go("/", { replace: true });
          }}
        />
      ) : null}
    </>
  );
}
