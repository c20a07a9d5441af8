/** The pages of the console and of the settings, to be found by their names. */

interface PageOfApp {
  /** Its message is `page_` and this. */
  id: string;
  path: string;
  /** The right that somebody needs to be offered it. */
  needs?: string;
}

export const CONSOLE_PAGES: readonly PageOfApp[] = [
  { id: "overview", path: "/console", needs: "project.read" },
  { id: "playground", path: "/console/playground", needs: "project.write" },
  { id: "log", path: "/console/log", needs: "project.read" },
  { id: "usage", path: "/console/usage", needs: "project.read" },
  { id: "ratings", path: "/console/ratings", needs: "project.manage" },
  { id: "keys", path: "/console/keys", needs: "project.manage" },
  { id: "connect", path: "/console/connect", needs: "project.write" },
  { id: "limits", path: "/console/limits", needs: "project.read" },
  { id: "webhooks", path: "/console/webhooks", needs: "project.manage" },
  { id: "models", path: "/console/models", needs: "project.read" },
  { id: "devices", path: "/console/devices", needs: "organization.read" },
  { id: "deployments", path: "/console/deployments", needs: "installation.manage" },
  { id: "people", path: "/console/people/users", needs: "project.manage" },
  { id: "links", path: "/console/people/links", needs: "project.manage" },
  { id: "audit", path: "/console/audit", needs: "organization.read" },
  { id: "containers", path: "/console/containers", needs: "project.manage" },
  { id: "egress", path: "/console/egress", needs: "project.manage" },
  { id: "policies", path: "/console/policies", needs: "project.read" },
  { id: "health", path: "/console/health" },
];

export const SETTINGS_PAGES: readonly PageOfApp[] = [
  "general",
  "personal",
  "data",
  "account",
  "shortcuts",
  "about",
].map((id) => ({ id, path: `/settings/${id}` }));
