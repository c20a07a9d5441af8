import { Gpu } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/i18n/format";
import { Badge } from "../components/Badge";
import { MemoryBar } from "./MemoryBar";
import type { Memory } from "./memory";
import type { Device } from "./queries";

/** Names of makers and of what programs reach devices by, which no language translates. */
const MAKERS: Record<string, string> = { nvidia: "NVIDIA", amd: "AMD", intel: "Intel", apple: "Apple" };
const BACKENDS: Record<string, string> = {
  cuda: "CUDA",
  rocm: "ROCm",
  vulkan: "Vulkan",
  sycl: "SYCL",
  metal: "Metal",
};

/** A device beside the processor. */
export function DeviceCard({ device }: { device: Device }) {
  const { t } = useTranslation("console");
  const facts = [MAKERS[device.maker], BACKENDS[device.backend] ?? device.backend, device.id];
  return (
    <Card
      icon={<Gpu />}
      name={device.name}
      badge={device.maker === "software" ? <Badge tone="warn">{t("device_software")}</Badge> : null}
      facts={<bdi>{[...new Set(facts.filter(Boolean))].join(" · ")}</bdi>}
      note={device.shared ? t("device_shared") : null}
      memory={device}
      models={device.models}
    />
  );
}

interface ModelOnDevice {
  model: string;
  /** Bytes. */
  memory: number;
  /** Null where they are not known, as on the processor. */
  layers: number | null;
}

interface CardProps {
  icon: ReactNode;
  name: string;
  badge?: ReactNode;
  facts: ReactNode;
  note?: string | null;
  memory: Memory;
  models: readonly ModelOnDevice[];
}

/** What computes, its memory, and the models on it. */
export function Card({ icon, name, badge, facts, note, memory, models }: CardProps) {
  const { t } = useTranslation("console");
  const format = useFormat();
  return (
    <li className="flex flex-col gap-3 rounded-2xl border border-line bg-surface p-4 md:p-5">
      <div className="flex items-start gap-3">
        <span aria-hidden className="mt-0.5 text-ink-faint [&_svg]:size-5">
          {icon}
        </span>
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <h2 className="font-semibold break-words">
              <bdi>{name}</bdi>
            </h2>
            {badge}
          </div>
          <p className="text-sm text-ink-faint">{facts}</p>
        </div>
        {memory.memory ? (
          <p className="shrink-0 font-medium tabular-nums">{format.bytes(memory.memory)}</p>
        ) : null}
      </div>
      <MemoryBar of={memory} />
      {note ? <p className="text-sm text-ink-soft">{note}</p> : null}
      {models.length ? (
        <ul aria-label={t("device_models", { name })} className="flex flex-col border-t border-line pt-2">
          {models.map((each) => (
            <li key={each.model} className="flex flex-wrap justify-between gap-x-4 py-1">
              <bdi className="min-w-0 font-medium break-all">{each.model}</bdi>
              <span className="text-ink-soft tabular-nums">
                {[
                  each.layers === null
                    ? null
                    : t("device_layers", { count: each.layers, n: format.number(each.layers) }),
                  format.bytes(each.memory),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </li>
          ))}
        </ul>
      ) : (
        <p className="text-sm text-ink-faint">{t("device_no_models")}</p>
      )}
    </li>
  );
}
