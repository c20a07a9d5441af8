/** The rules on what tools may do: those of the organisation, and of the project that the console works in. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api, data, type Schemas } from "@/lib/api";

export type Rule = Schemas["ToolRuleObject"];
export type RuleList = Schemas["ToolRuleList"];
export type Verdict = Schemas["ToolRulesVerdict"];

export const DECISIONS = ["ask", "refuse", "allow"] as const;
export const REACHES = ["read", "write", "network", "outside"] as const;

const keyOf = (project: string | null) => ["console", "tool-rules", project];

/** `project`: null for the organisation's own list. */
export function useRules(project: string | null) {
  return useQuery({
    queryKey: keyOf(project),
    queryFn: () =>
      project === null
        ? data(api.GET("/earthshine/v1/tool_rules"))
        : data(
            api.GET("/earthshine/v1/projects/{project_id}/tool_rules", {
              params: { path: { project_id: project } },
            }),
          ),
  });
}

/** Puts another list in place of one; refused where somebody else did so meanwhile. */
export function useSetRules(project: string | null) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ rules, version }: { rules: Rule[]; version: number }) => {
      const body = { rules, version };
      return project === null
        ? data(api.PUT("/earthshine/v1/tool_rules", { body }))
        : data(
            api.PUT("/earthshine/v1/projects/{project_id}/tool_rules", {
              params: { path: { project_id: project } },
              body,
            }),
          );
    },
    onSuccess: (list) => client.setQueryData(keyOf(project), list),
    onError: () => client.invalidateQueries({ queryKey: keyOf(project) }),
  });
}

/** What the rules say of a call that nobody makes. */
export function useTrial(project: string) {
  return useMutation({
    mutationFn: (body: Schemas["ToolRulesTrial"]) =>
      data(
        api.POST("/earthshine/v1/projects/{project_id}/tool_rules/trial", {
          params: { path: { project_id: project } },
          body,
        }),
      ),
  });
}

/** The types of tools, to choose from: those that can be switched on, and those that want more said. */
export function useToolTypes(): string[] {
  const tools = useQuery({
    queryKey: ["console", "tools"],
    queryFn: () => data(api.GET("/earthshine/v1/tools")),
    staleTime: 300_000,
  });
  return [...new Set([...(tools.data?.data ?? []).map((tool) => tool.type), "file_search", "mcp"])].sort();
}
