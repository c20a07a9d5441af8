/** Makes the first person with the key of the first start: by invitation, as every other person is made. */

import { acceptInvite } from "@/features/session";
import { at } from "@/lib/base";
import { ApiError, asApiError, errorOf } from "@/lib/errors";
import { proceed, progress } from "./progress";

async function withKey<T>(key: string, method: string, path: string, body?: unknown): Promise<T> {
  const reply = await fetch(at(path), {
    method,
    // The key alone speaks, not a session that this browser may have.
    credentials: "omit",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  }).catch((thrown: unknown) => {
    throw asApiError(thrown);
  });
  const answer: unknown = await reply.json().catch(() => null);
  if (reply.status === 401) throw new ApiError("", 401, "wrong_key");
  if (!reply.ok) throw errorOf(reply, answer);
  return answer as T;
}

/** Throws when the key is wrong, or may not make people. */
export async function tryKey(key: string): Promise<void> {
  await withKey(key, "GET", "/v1/organization/invites?limit=1");
}

/** Makes the owner and signs them in. Called again after a refused password, it goes on with the same invitation. */
export async function makeFirstPerson(who: { name: string; email: string; password: string }): Promise<void> {
  const { key, invitation } = progress.get();
  let token = invitation?.email === who.email ? invitation.token : null;
  if (!token) {
    const made = await withKey<{ token: string }>(key, "POST", "/v1/organization/invites", {
      email: who.email,
      role: "owner",
      projects: [{ id: "default", role: "owner" }],
    });
    token = made.token;
    proceed({ invitation: { email: who.email, token } });
  }
  await acceptInvite({ token, name: who.name, password: who.password });
  proceed({ step: "model", key: "", invitation: null });
}
