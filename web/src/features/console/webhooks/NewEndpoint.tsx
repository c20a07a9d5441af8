import { useState } from "react";
import { useTranslation } from "react-i18next";
import { TextField } from "@/components/field";
import { FormDialog } from "../components/FormDialog";
import { Loaded } from "../components/Loaded";
import { SecretForm, SecretValue } from "../components/SecretForm";
import { type Endpoint, useEventTypes, useWebhookChanges } from "./queries";

/** Makes an endpoint, and then shows what it signs with, which is told only now. */
export function NewEndpoint({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation("console");
  return (
    <SecretForm<Endpoint>
      form={(onMade) => <Form onClose={onClose} onMade={onMade} />}
      told={(endpoint) => (
        <SecretValue
          title={t("webhooks_secret", { name: endpoint.name })}
          text={t("webhooks_secret_text")}
          value={endpoint.signing_secret ?? ""}
          copy={t("secret_copy")}
          onClose={onClose}
        />
      )}
      onClose={onClose}
    />
  );
}

function Form({ onClose, onMade }: { onClose: () => void; onMade: (endpoint: Endpoint) => void }) {
  const { t } = useTranslation("console");
  const { create } = useWebhookChanges();
  const types = useEventTypes();
  const [name, setName] = useState("");
  const [url, setUrl] = useState("");
  const [chosen, setChosen] = useState<readonly string[]>([]);

  function submit() {
    create.mutate({ name: name.trim(), url: url.trim(), event_types: [...chosen] }, { onSuccess: onMade });
  }

  return (
    <FormDialog
      title={t("webhooks_new")}
      action={t("create")}
      change={create}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField label={t("name")} required value={name} onChange={(event) => setName(event.target.value)} />
      <TextField
        label={t("webhooks_url")}
        hint={t("webhooks_url_hint")}
        type="url"
        dir="ltr"
        required
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      <fieldset className="flex flex-col gap-1">
        <legend className="mb-1 text-sm font-medium">{t("webhooks_events")}</legend>
        <Loaded query={types}>
          {({ data }) =>
            data.map((type) => (
              <label key={type} className="flex items-center gap-2 rounded-lg px-2 py-1 hover:bg-sunken">
                <input
                  type="checkbox"
                  className="size-4 accent-accent"
                  checked={chosen.includes(type)}
                  onChange={(event) =>
                    setChosen(
                      event.target.checked ? [...chosen, type] : chosen.filter((each) => each !== type),
                    )
                  }
                />
                <code dir="ltr" className="text-sm">
                  {type}
                </code>
              </label>
            ))
          }
        </Loaded>
      </fieldset>
    </FormDialog>
  );
}
