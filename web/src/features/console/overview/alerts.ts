import { useTranslation } from "react-i18next";
import { useMe } from "@/features/session";
import { useFormat } from "@/lib/i18n/format";
import { accessOf } from "../access";
import { useDeployments } from "../deployments/queries";
import { useReady } from "../health/queries";
import { useBudgets } from "../limits/budgets";
import { useEngines, useMachine } from "../models/queries";

export interface Alert {
  id: string;
  text: string;
  /** Where it is looked at. */
  path: string;
}

const LITTLE_DISK = 2e9;

/** What needs somebody: the server, its disk, models that did not load, deployments that fail, budgets nearly spent. */
export function useAlerts(): Alert[] {
  const { t } = useTranslation("console");
  const format = useFormat();
  const { can } = accessOf(useMe().permissions);
  const ready = useReady();
  const engines = useEngines(5_000);
  const machine = useMachine(can("organization.read"));
  const deployments = useDeployments(can("installation.manage"));
  const budgets = useBudgets(can("organization.read"));
  const alerts: Alert[] = [];
  for (const failing of ready.data?.failing ?? []) {
    alerts.push({
      id: failing,
      text: t(`failing_${failing}`, { defaultValue: failing }),
      path: "/console/health",
    });
  }
  for (const engine of engines.data?.data ?? []) {
    if (engine.state === "failed") {
      const text = t("alert_engine", { model: engine.model, reason: engine.error?.message ?? "" });
      alerts.push({ id: `engine-${engine.model}`, text, path: "/console/models" });
    }
  }
  for (const deployment of deployments.data ?? []) {
    if (deployment.state?.circuit === "open" || deployment.fault) {
      const reason = deployment.fault ?? deployment.state?.last_error ?? "";
      const text = t("alert_deployment", { id: deployment.id, reason });
      alerts.push({ id: deployment.id, text, path: "/console/deployments" });
    }
  }
  if (machine.data && machine.data.disk_free < LITTLE_DISK) {
    const text = t("alert_disk", { free: format.bytes(machine.data.disk_free) });
    alerts.push({ id: "disk", text, path: "/console/models" });
  }
  for (const budget of budgets) {
    if (budget.spent !== null && budget.spent >= budget.limit.amount * 0.8) {
      const text = t("alert_budget", {
        what: budget.name,
        spent: format.money(budget.spent),
        amount: format.money(budget.limit.amount),
      });
      alerts.push({ id: budget.limit.id, text, path: "/console/limits" });
    }
  }
  return alerts;
}
