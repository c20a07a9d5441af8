/** Requests by path, for what `api` cannot say: replies that are files or streams. */

import { sessionHeaders } from "@/lib/api";
import { at } from "@/lib/base";
import { asApiError, errorOf } from "@/lib/errors/api-error";

export type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  /** Sent as JSON, or as it is when it is a `Blob` or `FormData`. */
  body?: unknown;
  signal?: AbortSignal;
  headers?: Readonly<Record<string, string>>;
  /** Goes on when the page is left. */
  keepalive?: boolean;
}

/** Sends a request of this session. Throws an `ApiError`, with status 0 when the server cannot be reached. */
export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const { body, signal, keepalive } = options;
  const headers = { ...sessionHeaders(method), ...options.headers };
  const raw = body instanceof Blob || body instanceof FormData;
  if (body !== undefined && !raw) headers["content-type"] = "application/json";
  const reply = await fetch(at(path) + queryString(options.query), {
    method,
    credentials: "same-origin",
    headers,
    body: body === undefined ? undefined : raw ? body : JSON.stringify(body),
    signal,
    keepalive,
  }).catch((thrown: unknown) => {
    if (signal?.aborted) throw thrown;
    throw asApiError(thrown);
  });
  if (!reply.ok) throw errorOf(reply, await reply.json().catch(() => null));
  return reply;
}

function queryString(query: Query = {}): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => [name, String(value)]);
  return pairs.length ? `?${new URLSearchParams(pairs)}` : "";
}
