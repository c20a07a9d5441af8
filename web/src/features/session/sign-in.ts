import { queryOptions } from "@tanstack/react-query";
import { data, openApi } from "@/lib/api";
import { queryClient } from "@/lib/query-client";
import { ME, startOver } from "./me";

/** What somebody without a session may know: whether anybody can sign in yet, and how. */
export const installationQuery = queryOptions({
  queryKey: ["installation"],
  queryFn: () => data(openApi.GET("/earthshine/v1/setup")),
});

export async function signIn(who: { email: string; password: string }): Promise<void> {
  await data(openApi.POST("/earthshine/v1/sessions", { body: who }));
  startOver();
  await queryClient.invalidateQueries({ queryKey: ME });
}

export async function acceptInvite(invite: { token: string; name: string; password: string }): Promise<void> {
  await data(openApi.POST("/earthshine/v1/sessions/invite", { body: invite }));
  startOver();
}
