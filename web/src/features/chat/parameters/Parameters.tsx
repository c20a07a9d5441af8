import { X } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Dialog } from "@/components/overlays/dialog";
import type { ChatSettings } from "@/features/chats";
import { useWide } from "@/lib/use-wide";
import { fromForm, isValid, NOTHING, toForm } from "./form";
import { type InForce, ParameterFields } from "./ParameterFields";

interface ParametersProps {
  settings: ChatSettings;
  /** What the newest reply was made with. */
  inForce: InForce;
  onSave: (settings: Partial<ChatSettings>) => void;
  onClose: () => void;
}

/** In rem: from here on there is room for the parameters beside the chat. */
const ROOM = 80;

/** What the replies of one chat are asked for with: beside the chat and at once, or in a dialog where it is narrow. */
export default function Parameters(props: ParametersProps) {
  return useWide(ROOM) ? <Panel {...props} /> : <Sheet {...props} />;
}

const SAVE_AFTER_MS = 600;

function Panel({ settings, inForce, onSave, onClose }: ParametersProps) {
  const { t } = useTranslation("chat");
  const shell = useTranslation("shell").t;
  const [form, setForm] = useState(() => toForm(settings));
  const kept = useRef(form);
  const store = useRef(() => {});
  store.current = () => {
    // A number that is out of its bounds says so in its field, and waits to be mended.
    if (kept.current === form || !isValid(form)) return;
    kept.current = form;
    onSave(fromForm(form));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change is kept a moment after the last one
  useEffect(() => {
    const timer = setTimeout(() => store.current(), SAVE_AFTER_MS);
    return () => clearTimeout(timer);
  }, [form]);
  useEffect(() => {
    document.documentElement.toggleAttribute("data-panel", true);
    return () => {
      document.documentElement.removeAttribute("data-panel");
      store.current();
    };
  }, []);
  return (
    <aside
      aria-label={t("parameters")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        onClose();
      }}
      className="fixed inset-y-0 end-0 z-20 flex w-88 flex-col border-s border-line bg-surface"
    >
      <header className="flex min-h-14 items-center gap-2 ps-5 pe-2">
        <h2 className="flex-1 font-semibold">{t("parameters")}</h2>
        <IconButton label={shell("close")} onClick={onClose}>
          <X />
        </IconButton>
      </header>
      <form onSubmit={(event) => event.preventDefault()} className="flex-1 overflow-y-auto px-5 pb-5">
        <ParameterFields form={form} inForce={inForce} onChange={setForm} />
        <Button size="small" look="plain" className="-ms-2 mt-4" onClick={() => setForm(toForm(NOTHING))}>
          {t("parameters_reset")}
        </Button>
      </form>
    </aside>
  );
}

function Sheet({ settings, inForce, onSave, onClose }: ParametersProps) {
  const { t } = useTranslation("chat");
  const [form, setForm] = useState(() => toForm(settings));
  function submit(event: FormEvent) {
    event.preventDefault();
    onSave(fromForm(form));
    onClose();
  }
  return (
    <Dialog
      title={t("parameters")}
      onClose={onClose}
      actions={
        <>
          <Button look="plain" className="me-auto" onClick={() => setForm(toForm(NOTHING))}>
            {t("parameters_reset")}
          </Button>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button look="primary" type="submit" form="chat-parameters">
            {t("save")}
          </Button>
        </>
      }
    >
      <form id="chat-parameters" onSubmit={submit}>
        <ParameterFields form={form} inForce={inForce} onChange={setForm} />
      </form>
    </Dialog>
  );
}
