import { Cpu } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useFormat } from "@/lib/i18n/format";
import { Badge } from "../components/Badge";
import { useEngines, useMachine } from "../models/queries";
import { Card } from "./DeviceCard";

/** The processor and the machine's memory, which always compute. */
export function Processor() {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { data: machine } = useMachine(true);
  const { data: engines } = useEngines(10_000);
  if (!machine || !engines) return null;
  return (
    <Card
      icon={<Cpu />}
      name={machine.cpu}
      badge={<Badge>{t("device_processor")}</Badge>}
      facts={t("health_cores", { count: machine.cores, n: format.number(machine.cores) })}
      memory={{
        memory: machine.memory,
        free: null,
        budget: engines.memory_budget,
        reserved: engines.memory,
      }}
      models={engines.data
        .filter((each) => each.memory > 0)
        .map(({ model, memory }) => ({ model, memory, layers: null }))}
    />
  );
}
