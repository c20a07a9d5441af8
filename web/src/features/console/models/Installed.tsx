import { Package, Play, Square, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "wouter";
import { Button, IconButton } from "@/components/button";
import { ErrorMessage } from "@/components/error-message";
import { Confirm } from "@/components/overlays/dialog";
import { toast } from "@/components/overlays/toast";
import { useMe } from "@/features/session";
import { errorText } from "@/lib/errors/texts";
import { useFormat } from "@/lib/i18n/format";
import { accessOf } from "../access";
import { Badge, type Tone } from "../components/Badge";
import { Progress } from "../components/charts/Progress";
import { EmptyWithExample } from "../components/code/EmptyWithExample";
import { DataTable } from "../components/DataTable";
import { Loaded } from "../components/Loaded";
import { type Engine, type Model, useEngines, useInstalledModels, useModelChanges } from "./queries";

const TONES: Record<Engine["state"], Tone> = {
  loading: "accent",
  ready: "good",
  failed: "bad",
  leaving: "neutral",
};

/** The programs that run models here, by the names that they go by. */
const ENGINES: Record<string, string> = { llamacpp: "llama.cpp", vllm: "vLLM" };

/** The models that requests can name, and whether each is loaded. */
export function Installed() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const models = useInstalledModels();
  const engines = useEngines(10_000);
  const { load, unload, remove } = useModelChanges();
  const { can } = accessOf(useMe().permissions);
  const [removing, setRemoving] = useState<Model | null>(null);
  const onError = (error: unknown) => toast(errorText(error), { kind: "error" });
  const engineOf = (model: Model) => engines.data?.data.find((each) => each.model === model.id);
  const aliasesOf = (model: Model) =>
    (models.data ?? []).filter((each) => each.earthshine.alias_of === model.id).map((each) => each.id);
  return (
    <>
      <Loaded query={models}>
        {(list) => (
          <DataTable
            caption={t("models_tab_installed")}
            rows={list.filter((model) => model.earthshine.alias_of === null)}
            rowKey={(model) => model.id}
            empty={
              <EmptyWithExample
                icon={<Package />}
                title={t("models_empty")}
                text={t("models_empty_text")}
                code="earthshine pull recommended"
              />
            }
            columns={[
              {
                id: "name",
                label: t("name"),
                cell: (model) => <Name model={model} aliases={aliasesOf(model)} />,
              },
              {
                id: "size",
                label: t("models_size"),
                numeric: true,
                cell: (model) => (model.earthshine.size ? format.bytes(model.earthshine.size) : "—"),
              },
              {
                id: "context",
                label: t("models_context"),
                numeric: true,
                cell: (model) => {
                  const tokens = engineOf(model)?.context_length || model.earthshine.context_length;
                  return tokens ? format.number(tokens, { notation: "compact" }) : "—";
                },
              },
              {
                id: "abilities",
                label: t("models_abilities"),
                cell: (model) => <Abilities abilities={model.earthshine.abilities} />,
              },
              {
                id: "state",
                label: t("status"),
                cell: (model) =>
                  isRemote(model) ? <RemoteModel model={model} /> : <State engine={engineOf(model)} />,
              },
              ...(can("installation.manage")
                ? [
                    {
                      id: "actions",
                      label: t("actions"),
                      actions: true,
                      cell: (model: Model) =>
                        isRemote(model) ? (
                          <Link href="/console/deployments" className="text-accent underline">
                            {t("models_server")}
                          </Link>
                        ) : (
                          <span className="inline-flex items-center gap-1">
                            {engineOf(model)?.state === "ready" ? (
                              <Button
                                size="small"
                                busy={unload.isPending && unload.variables === model.id}
                                onClick={() => unload.mutate(model.id, { onError })}
                              >
                                <Square className="size-3.5" aria-hidden />
                                {t("models_unload")}
                              </Button>
                            ) : (
                              <Button
                                size="small"
                                busy={engineOf(model)?.state === "loading"}
                                onClick={() => load.mutate(model.id, { onError })}
                              >
                                <Play className="mirrored size-3.5" aria-hidden />
                                {t("models_load")}
                              </Button>
                            )}
                            {model.earthshine.size ? (
                              <IconButton
                                label={t("models_delete", { name: model.id })}
                                onClick={() => setRemoving(model)}
                              >
                                <Trash2 />
                              </IconButton>
                            ) : null}
                          </span>
                        ),
                    },
                  ]
                : []),
            ]}
          />
        )}
      </Loaded>
      {removing ? (
        <Confirm
          title={t("models_delete", { name: removing.id })}
          text={t("models_delete_text", { size: format.bytes(removing.earthshine.size) })}
          action={t("delete")}
          busy={remove.isPending}
          onClose={() => setRemoving(null)}
          onConfirm={() => remove.mutate(removing.id, { onError, onSettled: () => setRemoving(null) })}
        />
      ) : null}
    </>
  );
}

function Name({ model, aliases }: { model: Model; aliases: string[] }) {
  const { t } = useTranslation("console");
  const more = [model.earthshine.family, model.earthshine.quantization, model.earthshine.licence].filter(
    Boolean,
  );
  return (
    <span className="flex flex-col">
      <span className="flex flex-wrap items-center gap-1.5 font-medium">
        <bdi>{model.id}</bdi>
        {aliases.map((alias) => (
          <Badge key={alias} tone="accent">
            {t("models_alias", { alias })}
          </Badge>
        ))}
      </span>
      {more.length ? <bdi className="text-sm text-ink-faint">{more.join(" · ")}</bdi> : null}
    </span>
  );
}

export function Abilities({ abilities }: { abilities: readonly string[] }) {
  const { t } = useTranslation("console");
  return (
    <span className="inline-flex flex-wrap gap-1 max-md:justify-end">
      {abilities.map((each) => (
        <Badge key={each}>{t(`ability_${each}`, { defaultValue: each })}</Badge>
      ))}
    </span>
  );
}

/** Another server runs it, so it is never loaded here. */
function isRemote(model: Model): boolean {
  return model.earthshine.server !== null;
}

function RemoteModel({ model }: { model: Model }) {
  const { t } = useTranslation("console");
  const server = model.earthshine.server;
  return (
    <span className="flex flex-col gap-0.5 text-sm max-md:items-end">
      <span>
        <Badge tone="accent">{t("models_elsewhere")}</Badge>
      </span>
      {server ? <span className="text-ink-faint">{t("models_at", { server })}</span> : null}
    </span>
  );
}

/** Whether it is loaded, and what the canary call found that it really does. */
function State({ engine }: { engine: Engine | undefined }) {
  const { t } = useTranslation("console");
  const format = useFormat();
  if (!engine) return <Badge>{t("engine_none")}</Badge>;
  return (
    <span className="flex flex-col gap-0.5 text-sm max-md:items-end">
      <span>
        <Badge tone={TONES[engine.state]}>{t(`engine_${engine.state}`)}</Badge>
      </span>
      {engine.load ? (
        <Progress
          label={t("engine_loading")}
          part={engine.load.percent / 100}
          words={t("engine_load", {
            done: format.bytes(engine.load.bytes),
            all: format.bytes(engine.load.total_bytes),
          })}
        />
      ) : null}
      {engine.state === "ready" && engine.memory ? (
        <span className="text-ink-faint">
          <bdi>{ENGINES[engine.engine] ?? engine.engine}</bdi>
          {" · "}
          {t("engine_memory", { size: format.bytes(engine.memory) })}
        </span>
      ) : null}
      {engine.devices.map(({ id, layers, memory }) => (
        <span key={id} className="text-ink-faint">
          <bdi>{id}</bdi>
          {` · ${t("device_layers", { count: layers, n: format.number(layers) })} · ${format.bytes(memory)}`}
        </span>
      ))}
      {engine.proof ? (
        <span className="text-ink-faint" title={engine.proof.detail}>
          {engine.proof.tool_format
            ? t("proof_tools", { format: engine.proof.tool_format })
            : t("proof_no_tools")}
        </span>
      ) : null}
      {engine.error ? (
        <span className="text-bad">
          <ErrorMessage fault={engine.error} />
        </span>
      ) : null}
    </span>
  );
}
