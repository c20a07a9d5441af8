import { useQuery } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";
import { useAccess } from "../access";
import { useProject } from "../frame/project";
import { type Bucket, type Grouping, type Range, unitLines } from "./report";

/** Whose usage: the organisation's, or one project's, which more people may see. */
export type Whose = "organization" | "project";

interface Period {
  whose: Whose;
  range: Range;
}

interface Question extends Period {
  grouping: Grouping;
  width?: "1d" | "1h";
}

function queryOf({ range, grouping, width = "1d" }: Question) {
  return {
    start_time: range.from,
    ...(range.to ? { end_time: range.to } : {}),
    bucket_width: width,
    group_by: [grouping],
  };
}

async function fetchReport(question: Question, project: string): Promise<Bucket[]> {
  const buckets: Bucket[] = [];
  let page: string | undefined;
  do {
    const query = { ...queryOf(question), page };
    const reply = await data(
      question.whose === "organization"
        ? api.GET("/v1/organization/usage/{capability}", {
            params: { path: { capability: "completions" }, query },
          })
        : api.GET("/v1/organization/projects/{project_id}/usage/{capability}", {
            params: { path: { project_id: project, capability: "completions" }, query },
          }),
    );
    buckets.push(...reply.data);
    page = reply.has_more ? (reply.next_page ?? undefined) : undefined;
  } while (page);
  return buckets;
}

async function fetchUnits({ whose, range }: Period, project: string) {
  const buckets: Schemas["CostsBucket"][] = [];
  let page: string | undefined;
  do {
    const query = {
      start_time: range.from,
      ...(range.to ? { end_time: range.to } : {}),
      group_by: ["line_item" as const],
      limit: 180,
      page,
    };
    const reply = await data(
      whose === "organization"
        ? api.GET("/v1/organization/costs", { params: { query } })
        : api.GET("/v1/organization/projects/{project_id}/costs", {
            params: { path: { project_id: project }, query },
          }),
    );
    buckets.push(...reply.data);
    page = reply.has_more ? (reply.next_page ?? undefined) : undefined;
  } while (page);
  return unitLines(buckets);
}

/** What was counted in other units than tokens; nothing in most installations. */
export function useUnits({ whose, range }: Period) {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "units", project, whose, range],
    queryFn: () => fetchUnits({ whose, range }, project),
    placeholderData: (before) => before,
  });
}

export function useReport(question: Question, refetchInterval: number | false = false) {
  const project = useProject();
  return useQuery({
    queryKey: ["console", "usage", project, question],
    queryFn: () => fetchReport(question, project),
    refetchInterval,
    placeholderData: (before) => before,
  });
}

/** Whose usage the person may choose to see. */
export function useWhose(): readonly Whose[] {
  return useAccess().can("organization.read") ? ["project", "organization"] : ["project"];
}

/** Where the browser gets the same report as a table for a spreadsheet. */
export function csvAddress(question: Question, project: string): string {
  const query = new URLSearchParams({ format: "csv" });
  for (const [name, value] of Object.entries(queryOf(question))) query.append(name, String(value));
  const place = question.whose === "organization" ? "" : `/projects/${encodeURIComponent(project)}`;
  return `/v1/organization${place}/usage/completions?${query}`;
}
