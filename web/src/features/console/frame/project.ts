/** The project that the console works in; kept in the browser, and only the console's. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useMe } from "@/features/session";
import { actInProject, api, data } from "@/lib/api";
import { create } from "@/lib/store";
import { everyPage } from "../api";

const KEPT = "earthshine.console.project";
const chosen = create<string | null>(localStorage.getItem(KEPT));

export interface Project {
  id: string;
  name: string;
  created_at?: number;
  archived_at?: number | null;
  status?: "active" | "archived";
}

/** Works in another project from now on. */
export function chooseProject(id: string | null): void {
  if (id) localStorage.setItem(KEPT, id);
  else localStorage.removeItem(KEPT);
  chosen.set(id);
  actInProject(id);
}

/** The project's id. */
export function useProject(): string {
  const me = useMe();
  return chosen.use() ?? me.project ?? "default";
}

/** While the console is on the page its requests act in its project; chats stay in the person's own. */
export function enterProject(): () => void {
  actInProject(chosen.get());
  return () => actInProject(null);
}

/** The projects that the person may look into: all of the organisation, else the own ones. */
export function useProjects(): Project[] {
  const { t } = useTranslation("console");
  const me = useMe();
  const all = me.permissions.includes("organization.read");
  const listed = useQuery({
    queryKey: ["console", "projects"],
    queryFn: () =>
      everyPage((after) =>
        data(api.GET("/v1/organization/projects", { params: { query: { limit: 100, after } } })),
      ),
    enabled: all,
    staleTime: 60_000,
  });
  const mine = (me.user as { projects?: { data: Project[] } }).projects?.data;
  return ((all ? listed.data : mine) ?? []).map((project) =>
    isUnnamed(project) ? { ...project, name: t("project_default") } : project,
  );
}

/** Whether a project has the name that every installation begins with, which nobody has chosen. */
function isUnnamed({ id, name }: Project): boolean {
  return id === "default" && name === "Default project";
}

/** What a project is called, by its id. */
export function useProjectName(): (id: string) => string {
  const projects = useProjects();
  return (id) => projects.find((project) => project.id === id)?.name ?? id;
}
