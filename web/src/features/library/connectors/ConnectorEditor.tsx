import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Select, Switch, TextField } from "@/components/field";
import { toast } from "@/components/overlays/toast";
import { useMe } from "@/features/session";
import type { Connector } from "@/features/tools";
import type { Schemas } from "@/lib/api";
import { useFormat } from "@/lib/i18n/format";
import { EditorDialog } from "../EditorDialog";
import { type Asking, approvalsOf, askingOf } from "./asking";
import { useSaveConnector } from "./queries";

interface Fields {
  name: string;
  url: string;
  header: string;
  secret: string;
  clientId: string;
  clientSecret: string;
  asking: Asking;
  shared: boolean;
}

const HEADER = "Authorization";

interface ConnectorEditorProps {
  connector: Connector | null;
  onSaved: (id: string) => void;
  onClose: () => void;
}

/** A server's name and address, what it is sent to know the person, and when to ask before a call. */
export function ConnectorEditor({ connector, onSaved, onClose }: ConnectorEditorProps) {
  const { t } = useTranslation("library");
  const format = useFormat();
  const [initial] = useState(() => fieldsOf(connector));
  const [fields, setFields] = useState(initial);
  const { mutate, isPending, error } = useSaveConnector();
  const mayShare = useMe().permissions.includes("project.manage");
  const change = (part: Partial<Fields>) => setFields((before) => ({ ...before, ...part }));
  const text = (name: "name" | "url" | "header" | "secret" | "clientId" | "clientSecret") => ({
    value: fields[name],
    onChange: (event: { target: { value: string } }) => change({ [name]: event.target.value }),
  });
  const kept = connector?.header_names ?? [];
  const isProgram = connector?.command != null;
  const choices: readonly Asking[] =
    initial.asking === "own" ? ["own", "always", "changes", "never"] : ["always", "changes", "never"];
  const save = () =>
    mutate(
      connector ? { id: connector.id, body: bodyOf(fields, initial) } : { id: null, body: newOf(fields) },
      {
        onSuccess: ({ id }) => {
          toast(t("saved"));
          onSaved(id);
        },
      },
    );
  return (
    <EditorDialog
      title={connector ? t("edit_connector") : t("new_connector")}
      dirty={JSON.stringify(fields) !== JSON.stringify(initial)}
      busy={isPending}
      error={error}
      onSave={save}
      onClose={onClose}
    >
      <TextField label={t("name")} required maxLength={100} {...text("name")} />
      {isProgram ? null : (
        <>
          <TextField
            label={t("connector_url")}
            hint={t("connector_url_hint")}
            type="url"
            dir="ltr"
            required
            maxLength={2048}
            {...text("url")}
          />
          <fieldset className="flex flex-col gap-3">
            <legend className="mb-1 font-medium">{t("connector_secret_title")}</legend>
            <p className="text-sm text-ink-faint">
              {kept.length > 0
                ? t("connector_secret_kept", { names: format.list(kept) })
                : t("connector_secret_about")}
            </p>
            <div className="grid gap-3 sm:grid-cols-2">
              <TextField label={t("connector_header")} dir="ltr" maxLength={128} {...text("header")} />
              <TextField
                label={t("connector_secret")}
                type="password"
                autoComplete="off"
                dir="ltr"
                maxLength={8192}
                {...text("secret")}
              />
            </div>
          </fieldset>
          <details>
            <summary className="min-h-8 cursor-pointer text-sm">{t("connector_client")}</summary>
            <div className="mt-2 grid gap-3 sm:grid-cols-2">
              <TextField label={t("connector_client_id")} dir="ltr" maxLength={2048} {...text("clientId")} />
              <TextField
                label={t("connector_client_secret")}
                type="password"
                autoComplete="off"
                dir="ltr"
                maxLength={8192}
                {...text("clientSecret")}
              />
            </div>
          </details>
        </>
      )}
      <Select
        label={t("connector_asking")}
        value={fields.asking}
        onChange={(event) => change({ asking: event.target.value as Asking })}
      >
        {choices.map((each) => (
          <option key={each} value={each}>
            {t(`asking_${each}`)}
          </option>
        ))}
      </Select>
      {connector || !mayShare ? null : (
        <Switch
          label={t("share_with_project")}
          hint={t("connector_share_hint")}
          checked={fields.shared}
          onChange={(shared) => change({ shared })}
        />
      )}
    </EditorDialog>
  );
}

function fieldsOf(connector: Connector | null): Fields {
  return {
    ...{ name: connector?.name ?? "", url: connector?.url ?? "", header: HEADER, secret: "" },
    ...{ clientId: connector?.client_id ?? "", clientSecret: "", shared: connector?.shared ?? false },
    asking: connector ? askingOf(connector.require_approval) : "always",
  };
}

/** What is not told again must not be sent empty: that would forget it. */
function secretsOf({ header, secret, clientSecret }: Fields): Schemas["ConnectorUpdate"] {
  return {
    ...(secret ? { headers: { [header.trim() || HEADER]: secret } } : {}),
    ...(clientSecret ? { client_secret: clientSecret } : {}),
  };
}

function newOf(fields: Fields): Schemas["ConnectorCreate"] {
  const { name, url, clientId, asking, shared } = fields;
  const { headers, client_secret } = secretsOf(fields);
  return {
    ...{ name, url: url.trim(), shared, require_approval: approvalsOf(asking) },
    ...(clientId.trim() ? { client_id: clientId.trim() } : {}),
    ...(headers ? { headers } : {}),
    ...(client_secret ? { client_secret } : {}),
  };
}

/** Only what is different: another address forgets secrets, and the same one must not. */
function bodyOf(fields: Fields, before: Fields): Schemas["ConnectorUpdate"] {
  const { name, url, clientId, asking } = fields;
  return {
    ...secretsOf(fields),
    ...(name === before.name ? {} : { name }),
    ...(url === before.url ? {} : { url: url.trim() }),
    ...(clientId === before.clientId ? {} : { client_id: clientId.trim() || null }),
    ...(asking === before.asking ? {} : { require_approval: approvalsOf(asking) }),
  };
}
