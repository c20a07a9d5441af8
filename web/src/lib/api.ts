/**
 * The one client of the public API, typed by the OpenAPI document.
 *
 * The session is a cookie that scripts cannot read; whatever changes something also carries the session's token
 * against forged requests, which `GET /earthshine/v1/sessions/current` tells.
 */

import createClient, { type Middleware } from "openapi-fetch";
import type { components, paths } from "@/generated/api";
import { BASE } from "@/lib/base";
import { asApiError, errorOf } from "@/lib/errors/api-error";

export type Schemas = components["schemas"];

let csrf: string | null = null;
/** The person's first project. */
let first: string | null = null;
/** The one that was chosen instead. */
let chosen: string | null = null;

/** Remembers what later requests of this session carry. */
export function rememberSession(
  session: { csrf_token?: string | null; project?: string | null } | null,
): void {
  csrf = session?.csrf_token ?? null;
  if (session) first = session.project ?? null;
  else first = chosen = null;
}

/** Acts in another project from now on; null means the person's first. */
export function actInProject(id: string | null): void {
  chosen = id;
}

/** The headers that every request of this session carries. */
export function sessionHeaders(method: string): Record<string, string> {
  const headers: Record<string, string> = {};
  const project = chosen ?? first;
  if (project) headers["openai-project"] = project;
  if (csrf && method !== "GET" && method !== "HEAD") headers["x-csrf-token"] = csrf;
  return headers;
}

const throwErrors: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return undefined;
    const body = await response
      .clone()
      .json()
      .catch(() => null);
    throw errorOf(response, body);
  },
  onError({ request, error }) {
    return request.signal.aborted ? undefined : asApiError(error);
  },
};

const carrySession: Middleware = {
  onRequest({ request }) {
    // One request may be about another project than the rest.
    for (const [name, value] of Object.entries(sessionHeaders(request.method)))
      if (!request.headers.has(name)) request.headers.set(name, value);
    return request;
  },
};

const OPTIONS = {
  baseUrl: BASE,
  credentials: "same-origin",
  fetch: (request: Request) => fetch(request),
} as const;

export const api = createClient<paths>(OPTIONS);
api.use(throwErrors, carrySession);

/** The same API before somebody has a session, or in place of it. */
export const openApi = createClient<paths>(OPTIONS);
openApi.use(throwErrors);

/** Returns the data of a reply; failures have thrown an `ApiError` by then. */
export async function data<T>(reply: Promise<{ data?: T; error?: unknown }>): Promise<T> {
  return (await reply).data as T;
}
