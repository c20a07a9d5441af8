import type { paths } from "@/generated/api";
import { sessionHeaders } from "@/lib/api";
import { at } from "@/lib/base";
import { ApiError, errorOf } from "@/lib/errors/api-error";

/** What a route replies to a file, as the OpenAPI document says. */
type ReplyTo<P extends keyof paths> = paths[P] extends {
  post: { responses: { 200: { content: { "application/json": infer T } } } };
}
  ? T
  : never;

/** Sends a file as it is, or a form, and tells how much of it is sent, from 0 to 1; `fetch` cannot tell that. */
export function upload<P extends keyof paths>(
  path: P,
  body: Blob | FormData,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<ReplyTo<P>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", at(path));
    if (body instanceof Blob) request.setRequestHeader("content-type", "application/json");
    for (const [name, value] of Object.entries(sessionHeaders("POST"))) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => {
      const reply = parsed(request.responseText);
      if (request.status >= 200 && request.status < 300) return resolve(reply as ReplyTo<P>);
      const headers = new Headers();
      for (const name of ["retry-after", "x-request-id"]) {
        const value = request.getResponseHeader(name);
        if (value) headers.set(name, value);
      }
      reject(errorOf(new Response(null, { status: request.status, headers }), reply));
    };
    request.onerror = () => reject(new ApiError("The server could not be reached.", 0, "unreachable"));
    request.onabort = () => reject(new DOMException("Stopped.", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
