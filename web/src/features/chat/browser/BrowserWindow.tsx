import { type FormEvent, type MouseEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Select, Switch, TextField } from "@/components/field";
import { Dialog } from "@/components/overlays/dialog";
import { asApiError } from "@/lib/errors/api-error";
import { errorText } from "@/lib/errors/texts";
import { type OpenBrowser, useActing, useBrowsers, useClosing, useScreen } from "./queries";

/** What the browser of a chat shows, for its person to look on, to sign in, and to sign out. */
export default function BrowserWindow({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("chat");
  const { data: open, error } = useBrowsers();
  const [chosen, choose] = useState<string | null>(null);
  const shown = open?.find((browser) => browser.id === chosen) ?? open?.at(-1);
  return (
    <Dialog title={t("browser")} onClose={onClose} size="large">
      <div className="flex flex-col gap-3">
        {open && open.length > 1 ? (
          <Select
            label={t("browser_which")}
            value={shown?.id}
            onChange={(event) => choose(event.target.value)}
            className="max-w-full"
          >
            {open.map((browser) => (
              <option key={browser.id} value={browser.id}>
                {browser.url}
              </option>
            ))}
          </Select>
        ) : null}
        {shown ? <Screen key={shown.id} browser={shown} /> : null}
        {open && !shown ? <p className="text-ink-soft">{t("browser_none")}</p> : null}
        {error && !open ? <p className="text-bad">{errorText(error)}</p> : null}
      </div>
    </Dialog>
  );
}

function Screen({ browser }: { browser: OpenBrowser }) {
  const { t } = useTranslation("chat");
  const { url, error } = useScreen(browser.id);
  const acting = useActing(browser.id);
  const closing = useClosing(browser.id);

  function click(event: MouseEvent<HTMLButtonElement>) {
    // The Enter key is no click at a place.
    if (event.detail === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    const x = Math.round(((event.clientX - box.left) / box.width) * browser.width);
    const y = Math.round(((event.clientY - box.top) / box.height) * browser.height);
    acting.mutate([{ type: "click", button: "left", x, y }]);
  }

  const ratio = browser.width / browser.height;
  const fault = acting.error ?? closing.error ?? error;
  return (
    <>
      <p dir="ltr" className="truncate text-sm text-ink-faint rtl:text-end">
        {browser.url}
      </p>
      {browser.needs_person ? (
        <p role="status" className="rounded-xl bg-sunken px-4 py-3">
          {t("browser_asks")}
        </p>
      ) : null}
      <button
        type="button"
        tabIndex={-1}
        onClick={click}
        aria-label={t("browser_screen")}
        // All of it is seen together with what can be done.
        style={{ aspectRatio: ratio, width: `min(100%, calc(55dvh * ${ratio}))` }}
        className="block cursor-pointer self-center overflow-hidden rounded-xl border border-line bg-sunken"
      >
        {url ? <img src={url} alt="" draggable={false} className="size-full" /> : null}
      </button>
      <Keyboard busy={acting.isPending} act={acting.mutate} />
      {fault ? (
        <p role="alert" className="text-sm text-bad">
          {asApiError(fault).status === 404 ? t("browser_none") : errorText(fault)}
        </p>
      ) : null}
      <Button look="danger" className="self-start" busy={closing.isPending} onClick={() => closing.mutate()}>
        {t("browser_sign_out")}
      </Button>
    </>
  );
}

const KEYS = ["Tab", "Enter", "Backspace"] as const;

type Act = ReturnType<typeof useActing>["mutate"];

/** Types into what has the focus there; a password is not shown here either. */
function Keyboard({ busy, act }: { busy: boolean; act: Act }) {
  const { t } = useTranslation("chat");
  const [text, setText] = useState("");
  const [hidden, hide] = useState(true);

  function type(event: FormEvent) {
    event.preventDefault();
    if (!text) return;
    act([{ type: "type", text }]);
    setText("");
  }

  return (
    <>
      <form onSubmit={type} className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1">
          <TextField
            label={t("browser_text")}
            type={hidden ? "password" : "text"}
            autoComplete="off"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <Button type="submit" look="primary" busy={busy}>
          {t("browser_type")}
        </Button>
        {KEYS.map((key) => (
          <Button key={key} disabled={busy} onClick={() => act([{ type: "keypress", keys: [key] }])}>
            {t(`key_${key}`)}
          </Button>
        ))}
      </form>
      <Switch label={t("browser_hide")} checked={hidden} onChange={hide} />
    </>
  );
}
