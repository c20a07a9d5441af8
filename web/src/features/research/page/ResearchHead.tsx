import { Download, Ellipsis, PanelLeft, Pause, Play, Square } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "wouter";
import { BidiLine } from "@/components/bidi-text";
import { IconButton } from "@/components/button";
import { Confirm } from "@/components/overlays/dialog";
import { Menu, MenuHeading, MenuItem } from "@/components/overlays/menu";
import { toast } from "@/components/overlays/toast";
import { openSidebar, useFolded } from "@/features/shell";
import { cx } from "@/lib/class-names";
import { errorText } from "@/lib/errors/texts";
import { download, FORMATS, isOver, refreshList, remove, stateOf, stop, useTell } from "../data/queries";
import type { Research } from "../data/types";
import { StateBadge } from "../list/StateBadge";

const say = (thrown: unknown) => toast(errorText(thrown), { kind: "error" });

/** The line above a research: what it is about, how far it is, and what can be done with it. */
export function ResearchHead({ research }: { research: Research }) {
  const { t } = useTranslation("research");
  const folded = useFolded();
  const [, go] = useLocation();
  const [deleting, ask] = useState(false);
  const { id, report, question, waiting } = research;
  const title = report?.title || question;
  const gone = () => {
    refreshList();
    go("/research", { replace: true });
  };
  return (
    <header className="flex min-h-14 shrink-0 items-center gap-1 border-b border-line px-2 sm:px-3">
      <IconButton label={t("open_sidebar")} onClick={openSidebar} className={cx(!folded && "md:hidden")}>
        <PanelLeft className="mirrored" />
      </IconButton>
      <div className="flex min-w-0 flex-1 flex-col py-1 sm:flex-row sm:items-center sm:gap-3">
        <h1 dir="auto" className="max-w-full min-w-0 truncate font-semibold max-sm:self-start">
          <bdi>
            <BidiLine text={title} />
          </bdi>
        </h1>
        <span role="status" className="shrink-0 whitespace-nowrap">
          <StateBadge state={stateOf(research)} />
        </span>
      </div>
      {isOver(research) ? null : <Holding id={id} paused={waiting === "paused"} asks={waiting === "plan"} />}
      {report ? (
        <Menu
          trigger={
            <IconButton label={t("download")}>
              <Download />
            </IconButton>
          }
        >
          <MenuHeading>{t("download")}</MenuHeading>
          {FORMATS.map((format) => (
            <MenuItem key={format} onSelect={() => void download(id, title, format).catch(say)}>
              {t(`format_${format}`)}
            </MenuItem>
          ))}
        </Menu>
      ) : null}
      <Menu
        trigger={
          <IconButton label={t("more")}>
            <Ellipsis />
          </IconButton>
        }
      >
        <MenuItem danger onSelect={() => ask(true)}>
          {t("delete")}
        </MenuItem>
      </Menu>
      {deleting ? (
        <Confirm
          title={t("delete_title")}
          text={t("delete_text")}
          action={t("delete")}
          onConfirm={() => void remove(id).then(gone, say)}
          onClose={() => ask(false)}
        />
      ) : null}
    </header>
  );
}

/** Holds a research at its next step or lets it go on; or ends it with what it has. */
function Holding({ id, paused, asks }: { id: string; paused: boolean; asks: boolean }) {
  const { t } = useTranslation("research");
  const { mutate, isPending } = useTell(id);
  return (
    <>
      {asks ? null : (
        <IconButton
          label={t(paused ? "resume" : "pause")}
          disabled={isPending}
          onClick={() => mutate({ to: paused ? "resume" : "pause" })}
        >
          {paused ? <Play className="mirrored" /> : <Pause />}
        </IconButton>
      )}
      <IconButton label={t("stop")} onClick={() => void stop(id).catch(say)}>
        <Square fill="currentColor" className="size-3.5!" />
      </IconButton>
    </>
  );
}
