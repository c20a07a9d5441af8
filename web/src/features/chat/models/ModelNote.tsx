import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import type { Model } from "@/features/chats";
import { useMe } from "@/features/session";
import { useFormat } from "@/lib/i18n/format";

/** Parameters below which a model answers at once and knows little, and below which it is merely quick. */
const TINY = 0.6e9;
const SMALL = 5e9;
const WORDS_PER_TOKEN = 0.6;

/** What to expect of a small model, as its card tells; nothing of one that needs no warning. */
export function ModelNote({ model }: { model: Model | undefined }) {
  const { t } = useTranslation("chat");
  const format = useFormat();
  const me = useMe();
  const { parameters = 0, alias_of = null, context_length = 0 } = model?.earthshine ?? {};
  if (!model || !parameters || parameters >= SMALL) return null;
  const words = format.number(context_length * WORDS_PER_TOKEN, { maximumSignificantDigits: 1 });
  return (
    <aside aria-label={t("model_note")} className="rounded-xl bg-sunken px-4 py-3 text-sm text-ink-soft">
      {t(parameters < TINY ? "model_tiny" : "model_small", { model: alias_of ?? model.id })}{" "}
      {context_length ? t("model_reads", { words }) : null}{" "}
      {me.permissions.includes("installation.manage") ? (
        <Link href="/console/models" className="text-accent underline">
          {t("model_add")}
        </Link>
      ) : null}
    </aside>
  );
}
