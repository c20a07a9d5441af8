import { Check, Copy, Link2, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/components/button";
import { Select, Switch } from "@/components/field";
import { Dialog } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { Failure } from "@/components/states";
import { at } from "@/lib/base";
import { cx } from "@/lib/class-names";
import { useFormat } from "@/lib/i18n/format";
import {
  LIFETIMES,
  type Lifetime,
  type Shareable,
  type ShareLink,
  useMakeLink,
  useRevokeLink,
  useShareLinks,
} from "./links";

/** Makes links to a chat or a task, and takes them back. */
export default function ShareDialog({ shared, onClose }: { shared: Shareable; onClose: () => void }) {
  const { t } = useTranslation("share");
  const [lifetime, setLifetime] = useState<Lifetime>("month");
  const [thinking, setThinking] = useState(false);
  const make = useMakeLink(shared);
  const links = useShareLinks(shared);
  return (
    <Dialog title={t(`share_title_${shared.kind}`)} size="small" onClose={onClose}>
      <div className="flex flex-col gap-5">
        <p className="text-ink-soft">{t(`share_text_${shared.kind}`)}</p>
        <Select
          label={t("lifetime")}
          value={lifetime}
          onChange={(event) => setLifetime(event.target.value as Lifetime)}
        >
          {(Object.keys(LIFETIMES) as Lifetime[]).map((each) => (
            <option key={each} value={each}>
              {t(`lifetime_${each}`)}
            </option>
          ))}
        </Select>
        <Switch
          label={t("thinking")}
          hint={t(`thinking_hint_${shared.kind}`)}
          checked={thinking}
          onChange={setThinking}
        />
        {make.error ? <Failure error={make.error} /> : null}
        <Button look="primary" busy={make.isPending} onClick={() => make.mutate({ lifetime, thinking })}>
          <Link2 className="size-4" aria-hidden />
          {t("make_link")}
        </Button>
        {links.error ? <Failure error={links.error} retry={() => void links.refetch()} /> : null}
        {links.data?.length ? <Links shared={shared} links={links.data} made={make.data?.id} /> : null}
      </div>
    </Dialog>
  );
}

/** The whole address of a link, to be copied again at any time. */
function Address({ path, fresh }: { path: string; fresh: boolean }) {
  const { t } = useTranslation("share");
  const [copied, setCopied] = useState(false);
  const address = new URL(at(path), window.location.origin).href;
  async function copy() {
    try {
      await navigator.clipboard.writeText(address);
      setCopied(true);
    } catch {
      toast(t("copy_by_hand"), { kind: "error" });
    }
  }
  return (
    <div role={fresh ? "status" : undefined} className="flex items-start gap-2">
      <p dir="ltr" className="min-w-0 flex-1 select-all break-all font-mono text-sm">
        {fresh ? <span className="sr-only">{t("new_link")} </span> : null}
        {address}
      </p>
      <IconButton label={copied ? t("copied") : t("copy")} onClick={() => void copy()}>
        {copied ? <Check /> : <Copy />}
      </IconButton>
    </div>
  );
}

interface LinksProps {
  shared: Shareable;
  links: readonly ShareLink[];
  /** The one that was just made. */
  made: string | undefined;
}

function Links({ shared, links, made }: LinksProps) {
  const { t } = useTranslation("share");
  const format = useFormat();
  const revoke = useRevokeLink(shared);
  const now = Date.now() / 1000;
  function takeBack(id: string) {
    revoke.mutate(id, { onSuccess: () => toast(t("revoked")) });
  }
  return (
    <section>
      <h3 className="mb-1 text-sm font-medium">{t(`links_${shared.kind}`)}</h3>
      {revoke.error ? <Failure error={revoke.error} /> : null}
      <ul className="divide-y divide-line">
        {links.map((link) => (
          <li
            key={link.id}
            className={cx("py-2", link.id === made ? "my-1 rounded-xl bg-accent-soft px-3" : "")}
          >
            {link.url ? (
              <Address path={link.url} fresh={link.id === made} />
            ) : (
              <p className="text-sm text-ink-soft">{t("address_lost")}</p>
            )}
            <div className="flex items-center gap-2">
              <div className="min-w-0 flex-1 text-sm">
                <p>{t("made", { when: format.dateTime(link.created_at * 1000) })}</p>
                <p className="text-ink-faint">
                  {link.expires_at === null
                    ? t("never_expires")
                    : link.expires_at <= now
                      ? t("expired")
                      : t("expires", { when: format.dateTime(link.expires_at * 1000) })}
                  {link.include_reasoning ? <span> · {t("with_thinking")}</span> : null}
                </p>
              </div>
              <IconButton
                label={t("revoke", { when: format.dateTime(link.created_at * 1000) })}
                disabled={revoke.isPending}
                onClick={() => takeBack(link.id)}
              >
                <Trash2 />
              </IconButton>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
