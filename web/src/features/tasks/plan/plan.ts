/** The plan of a task, where a program guides its agent. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

export type PlanLine = Schemas["AgentPlan"]["lines"][number];

const params = (id: string) => ({ path: { agent_session_id: id } });

/** @param seen changes when the plan may have changed */
export function planQuery(id: string, seen: string) {
  return queryOptions({
    queryKey: ["tasks", id, "plan", seen],
    queryFn: async ({ signal }): Promise<readonly PlanLine[]> =>
      (
        await data(
          api.GET("/earthshine/v1/agents/sessions/{agent_session_id}/plan", { params: params(id), signal }),
        )
      ).lines,
    placeholderData: keepPreviousData,
  });
}

/** The lines that are still to be done, as they are written to be changed: a verb and what it is about. */
export function asText(plan: readonly PlanLine[]): string {
  return plan
    .filter((line) => line.state === "todo")
    .map((line) => `${line.verb} ${line.target}`)
    .join("\n");
}

/** Puts other lines in the place of those that are still to be done. */
export async function replacePlan(id: string, text: string): Promise<readonly PlanLine[]> {
  const lines = text.split("\n").flatMap((line) => {
    const [verb = "", ...target] = line.trim().split(/\s+/);
    return verb ? [{ verb, target: target.join(" ") }] : [];
  });
  const path = "/earthshine/v1/agents/sessions/{agent_session_id}/plan";
  return (await data(api.POST(path, { params: params(id), body: { lines } }))).lines;
}
