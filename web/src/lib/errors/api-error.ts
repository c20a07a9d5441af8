/** What went wrong with a request, in the server's own words, which say what to do next. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    message: string,
    readonly status: number,
    readonly code: string | null = null,
    readonly param: string | null = null,
    readonly requestId: string | null = null,
    /** Seconds after which to try again, when the server said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** Whether nobody answered for the server, as while it is being started again: it is worth waiting for. */
  get away(): boolean {
    return this.status === 0 || (this.status >= 502 && this.status <= 504);
  }

  /** Whether the same request may succeed later: the server was away, busy or being restarted. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

interface ErrorBody {
  error?: { message?: string; code?: string | null; param?: string | null };
}

/** Reads the error that a reply carries. */
export function errorOf(reply: Response, body: unknown): ApiError {
  const error = (body as ErrorBody | null | undefined)?.error;
  const retryAfter = Number.parseFloat(reply.headers.get("retry-after") ?? "");
  return new ApiError(
    error?.message ?? `${reply.status} ${reply.statusText}`,
    reply.status,
    error?.code ?? null,
    error?.param ?? null,
    reply.headers.get("x-request-id"),
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}

/** Turns anything thrown into an `ApiError`; status 0 means that the server could not be reached. */
export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  return new ApiError(thrown instanceof Error ? thrown.message : String(thrown), 0, "unreachable");
}
