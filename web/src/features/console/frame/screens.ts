import {
  Activity,
  ChartColumn,
  Container,
  Cpu,
  FlaskConical,
  Gauge,
  HeartPulse,
  House,
  KeyRound,
  type LucideIcon,
  Package,
  Plug,
  ScrollText,
  Server,
  ShieldCheck,
  ThumbsUp,
  Users,
  Waypoints,
  Webhook,
} from "lucide-react";
import type { Permission } from "../access";

export interface Screen {
  /** Its messages' key is `nav_` and this. */
  id: string;
  path: string;
  icon: LucideIcon;
  /** Who lacks this right is not offered the screen. */
  needs: Permission | null;
}

/** The console's screens, in the groups of its navigation. */
export const SCREENS: readonly { id: string; screens: readonly Screen[] }[] = [
  {
    id: "build",
    screens: [
      { id: "overview", path: "/console", icon: House, needs: "project.read" },
      { id: "playground", path: "/console/playground", icon: FlaskConical, needs: "project.write" },
      { id: "log", path: "/console/log", icon: Activity, needs: "project.read" },
      { id: "usage", path: "/console/usage", icon: ChartColumn, needs: "project.read" },
      { id: "ratings", path: "/console/ratings", icon: ThumbsUp, needs: "project.manage" },
      { id: "keys", path: "/console/keys", icon: KeyRound, needs: "project.manage" },
      { id: "connect", path: "/console/connect", icon: Plug, needs: "project.write" },
      { id: "limits", path: "/console/limits", icon: Gauge, needs: "project.read" },
      { id: "webhooks", path: "/console/webhooks", icon: Webhook, needs: "project.manage" },
    ],
  },
  {
    id: "run",
    screens: [
      { id: "models", path: "/console/models", icon: Package, needs: "project.read" },
      { id: "devices", path: "/console/devices", icon: Cpu, needs: "organization.read" },
      { id: "deployments", path: "/console/deployments", icon: Server, needs: "installation.manage" },
      { id: "people", path: "/console/people/users", icon: Users, needs: "project.manage" },
      { id: "audit", path: "/console/audit", icon: ScrollText, needs: "organization.read" },
      { id: "containers", path: "/console/containers", icon: Container, needs: "project.manage" },
      { id: "egress", path: "/console/egress", icon: Waypoints, needs: "project.manage" },
      { id: "policies", path: "/console/policies", icon: ShieldCheck, needs: "project.read" },
      { id: "health", path: "/console/health", icon: HeartPulse, needs: null },
    ],
  },
];

/** The groups of screens that somebody with these rights is offered. */
export function offeredScreens(can: (permission: Permission | null) => boolean) {
  return SCREENS.map((group) => ({
    ...group,
    screens: group.screens.filter((each) => can(each.needs)),
  })).filter((group) => group.screens.length > 0);
}
