/** The plan of a task, where its agent makes one. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { send } from "@/lib/request";
import { getIfThere, OWN } from "../session/requests";

export interface PlanLine {
  text: string;
  state: "todo" | "doing" | "done" | "failed";
}

const at = (id: string) => `${OWN}/sessions/${id}/plan`;

/** @param seen changes when the plan may have changed */
export function planQuery(id: string, seen: string) {
  return queryOptions({
    queryKey: ["tasks", id, "plan", seen],
    queryFn: async ({ signal }): Promise<readonly PlanLine[] | null> => {
      const told = await getIfThere<{ lines?: PlanLine[] }>(at(id), signal);
      return told?.lines?.length ? told.lines : null;
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** Puts other lines in the place of those that are not begun. */
export async function replacePlan(id: string, lines: readonly string[]): Promise<void> {
  await send("POST", at(id), { body: { lines } });
}
