/** Makes the first person with the key of the first start: by invitation, as every other person is made. */

import { acceptInvite } from "@/features/session";
import { data, openApi } from "@/lib/api";
import { ApiError, asApiError } from "@/lib/errors/api-error";
import { proceed, progress } from "./progress";

/** How a request is made that the key alone speaks for, not a session that this browser may have. */
const as = (key: string) => ({ credentials: "omit", headers: { authorization: `Bearer ${key}` } }) as const;

async function withKey<T>(reply: Promise<T>): Promise<T> {
  return reply.catch((thrown: unknown) => {
    throw asApiError(thrown).status === 401 ? new ApiError("", 401, "wrong_key") : thrown;
  });
}

/** Throws when the key is wrong, or may not make people. */
export async function tryKey(key: string): Promise<void> {
  await withKey(
    data(openApi.GET("/v1/organization/invites", { ...as(key), params: { query: { limit: 1 } } })),
  );
}

/** Makes the owner and signs them in. Called again after a refused password, it goes on with the same invitation. */
export async function makeFirstPerson(who: { name: string; email: string; password: string }): Promise<void> {
  const { key, invitation } = progress.get();
  let token = invitation?.email === who.email ? invitation.token : null;
  if (!token) {
    const made = await withKey(
      data(
        openApi.POST("/v1/organization/invites", {
          ...as(key),
          body: { email: who.email, role: "owner", projects: [{ id: "default", role: "owner" }] },
        }),
      ),
    );
    token = made.token ?? "";
    proceed({ invitation: { email: who.email, token } });
  }
  await acceptInvite({ token, name: who.name, password: who.password });
  proceed({ step: "model", key: "", invitation: null });
}
