import { queryOptions } from "@tanstack/react-query";
import { at } from "@/lib/base";
import { asApiError, errorOf } from "@/lib/errors";
import { queryClient } from "@/lib/query-client";
import { ME, startOver } from "./me";

export interface Installation {
  people: boolean;
  oidc: boolean;
  /** Whether the data directory holds the key of the first start. */
  key_file: boolean;
  version: string;
}

async function send(method: string, path: string, body?: unknown): Promise<unknown> {
  const reply = await fetch(at(path), {
    method,
    credentials: "same-origin",
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((thrown: unknown) => {
    throw asApiError(thrown);
  });
  const answer: unknown = await reply.json().catch(() => null);
  if (!reply.ok) throw errorOf(reply, answer);
  return answer;
}

/** What somebody without a session may know: whether anybody can sign in yet, and how. */
export const installationQuery = queryOptions({
  queryKey: ["installation"],
  queryFn: async () => (await send("GET", "/v1/setup")) as Installation,
});

export async function signIn(who: { email: string; password: string }): Promise<void> {
  await send("POST", "/v1/sessions", who);
  startOver();
  await queryClient.invalidateQueries({ queryKey: ME });
}

export async function acceptInvite(invite: { token: string; name: string; password: string }): Promise<void> {
  await send("POST", "/v1/sessions/invite", invite);
  startOver();
}
