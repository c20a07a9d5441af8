import type { ReactNode } from "react";
import { Redirect, useLocation } from "wouter";
import { useSession } from "./me";

/** Shows its children to people who are signed in; others go to the door, and come back here from it. */
export function SignedIn({ children }: { children: ReactNode }) {
  const me = useSession();
  const [path] = useLocation();
  if (me) return children;
  const back = path === "/" ? "" : `?to=${encodeURIComponent(path)}`;
  return <Redirect to={`/sign-in${back}`} replace />;
}
