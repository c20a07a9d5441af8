import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/button";
import { Select } from "@/components/field";
import { Failure } from "@/components/states";
import type { Language } from "@/lib/i18n/languages";
import { useAccess } from "../access";
import { CodeBlock } from "../components/code/CodeBlock";
import { apiBase } from "../components/code/EmptyWithExample";
import { Page, Section } from "../components/Page";
import { useFilters } from "../components/url-state";
import { useKeyChanges } from "../keys/queries";
import { useInstalledModels } from "../models/queries";
import { CLIENTS, KINDS, type Piece, setupOf, triedOf } from "./clients";

const DEFAULTS = { client: "codex", model: "default" };

/** How a client of somebody else's is set up for this server: choose, copy. */
export default function Connect() {
  const { t, i18n } = useTranslation("console");
  const models = useInstalledModels();
  const [{ client: id, model }, change] = useFilters(DEFAULTS);
  // A key is for one client and one model; another choice needs another key.
  const [made, setMade] = useState({ of: "", value: "" });
  const client = CLIENTS.find((each) => each.id === id) ?? CLIENTS[0];
  if (!client) return null;
  const of = `${client.id} ${client.every_model ? "" : model}`;
  const key = made.of === of ? made.value : null;
  const setup = setupOf(client, apiBase(), key ?? "sk-es-…", model, i18n.language as Language);
  const names = new Set(["default", ...(models.data ?? []).map((each) => each.id), model]);
  return (
    <Page title={t("nav_connect")} text={t("connect_text")}>
      <div className="grid max-w-2xl gap-4 sm:grid-cols-2">
        <Select
          label={t("connect_client")}
          value={client.id}
          onChange={({ target }) => change({ client: target.value })}
        >
          {KINDS.map((kind) => (
            <optgroup key={kind} label={t(`connect_kind_${kind}`)}>
              {CLIENTS.filter((each) => each.kind === kind).map((each) => (
                <option key={each.id} value={each.id}>
                  {each.name}
                </option>
              ))}
            </optgroup>
          ))}
        </Select>
        <Select label={t("model")} value={model} onChange={({ target }) => change({ model: target.value })}>
          {[...names].map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </Select>
      </div>
      <MakeKey
        key={of}
        name={client.name}
        models={client.every_model ? [] : [model]}
        done={key !== null}
        onMade={(value) => setMade({ of, value })}
      />
      {setup.steps ? <p className="max-w-2xl">{setup.steps}</p> : null}
      {setup.pieces.map((piece) => (
        <Copyable key={piece.kind} piece={piece} />
      ))}
      {setup.note ? <p className="max-w-2xl text-sm text-ink-soft">{setup.note}</p> : null}
      <p className="max-w-2xl text-sm text-ink-soft">
        {triedOf(client) ? (
          <>
            {t("connect_tried")} <bdi>{triedOf(client)}</bdi>
          </>
        ) : (
          t("connect_untried", { name: client.name })
        )}
      </p>
      <p className="max-w-2xl text-sm text-ink-faint">
        {t("connect_command")} <code dir="ltr">earthshine connect {client.id}</code>
      </p>
    </Page>
  );
}

function Copyable({ piece }: { piece: Piece }) {
  const { t } = useTranslation("console");
  const title = piece.label ?? t(`connect_${piece.kind}`);
  return (
    <Section title={title}>
      <CodeBlock code={piece.text} label={title} />
    </Section>
  );
}

interface MakeKeyProps {
  name: string;
  /** The only models that it may ask; none: all. */
  models: string[];
  done: boolean;
  onMade: (value: string) => void;
}

/** Makes a key for the client, which stands in the texts below until the page is left. */
function MakeKey({ name, models, done, onMade }: MakeKeyProps) {
  const { t } = useTranslation("console");
  const { can } = useAccess();
  const { create } = useKeyChanges();
  if (!can("project.manage")) return <p className="text-sm text-ink-soft">{t("connect_no_key")}</p>;
  if (done)
    return (
      <p role="status" className="max-w-2xl text-sm text-ink-soft">
        {t("connect_key_made", { name })}
      </p>
    );
  const body = { name, role: "member", allowed_models: models, allowed_addresses: [], scopes: [] };
  return (
    <div className="flex flex-col items-start gap-2">
      <Button
        look="primary"
        busy={create.isPending}
        onClick={() => create.mutate(body, { onSuccess: (key) => onMade(key.value ?? "") })}
      >
        <KeyRound className="size-4" aria-hidden />
        {t("connect_make_key", { name })}
      </Button>
      {create.error ? <Failure error={create.error} /> : null}
    </div>
  );
}
