import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { rememberSession, type Schemas } from "@/lib/api";
import { at } from "@/lib/base";
import { ApiError, asApiError, errorOf } from "@/lib/errors/api-error";
import { queryClient } from "@/lib/query-client";

/** Who is signed in, and what they may do. */
export type Me = Schemas["CurrentSession"];

export const ME = ["me"] as const;

declare global {
  interface Window {
    /** The session as `public/early.js` asked for it, until it is taken. */
    earlySession?: Promise<Response>;
  }
}

function askSession(): Promise<Response> {
  const early = window.earlySession;
  window.earlySession = undefined;
  return early ?? fetch(at("/earthshine/v1/sessions/current"), { credentials: "same-origin" });
}

async function fetchMe(): Promise<Me | null> {
  const reply = await askSession().catch((thrown: unknown) => {
    throw asApiError(thrown);
  });
  const body: unknown = await reply.json().catch(() => null);
  if (reply.status === 401) return null;
  if (!reply.ok) throw errorOf(reply, body);
  const me = body as Me;
  rememberSession(me);
  return me;
}

/** The session, or null for somebody who has none. */
export const sessionQuery = queryOptions({ queryKey: ME, queryFn: fetchMe, staleTime: 60_000 });

/** The session, or null for somebody who has none. */
export function useSession(): Me | null {
  return useSuspenseQuery(sessionQuery).data;
}

/** Who is signed in; only inside `SignedIn`. */
export function useMe(): Me {
  const me = useSession();
  if (!me) throw new ApiError("Nobody is signed in.", 401);
  return me;
}

/** After signing in or out: nothing of the other person stays. */
export function startOver(): void {
  rememberSession(null);
  queryClient.clear();
}
