/** What an error says to a person, by its code; the server's own words, which are English, are the detail. */
import i18next from "i18next";
import { asApiError } from "./api-error";

/** Codes of the server by the message of `features/errors` that says what they mean to a person in a browser. */
const CODES: Readonly<Record<string, string>> = {
  invalid_value: "invalid_value",
  invalid_type: "invalid_value",
  invalid_prompt: "invalid_value",
  invalid_json: "invalid_value",
  invalid_http: "invalid_value",
  invalid_encoding: "invalid_value",
  invalid_content_type: "invalid_value",
  invalid_json_schema: "invalid_value",
  invalid_form: "invalid_value",
  unsupported_content_type: "invalid_value",
  range_not_satisfiable: "invalid_value",
  missing_required_parameter: "invalid_value",
  unknown_parameter: "invalid_value",
  no_email: "invalid_value",
  unsupported_parameter: "unsupported",
  method_not_allowed: "unsupported",
  unsupported_encoding: "unsupported",
  context_length_exceeded: "context_length_exceeded",
  body_too_large: "too_large",
  headers_too_large: "too_large",
  chat_too_large: "too_large",
  wrong_key: "wrong_key",
  invalid_api_key: "signed_out",
  invalid_session: "signed_out",
  wrong_credentials: "wrong_credentials",
  wrong_password: "wrong_password",
  weak_password: "weak_password",
  too_many_sign_ins: "too_many_sign_ins",
  too_many_wrong_keys: "too_many_sign_ins",
  email_taken: "email_taken",
  already_invited: "already_invited",
  invalid_invitation: "invalid_invitation",
  not_invited: "sign_in_refused",
  oidc_refused: "sign_in_refused",
  email_not_verified: "sign_in_refused",
  domain_not_allowed: "sign_in_refused",
  permission_denied: "permission_denied",
  insufficient_permissions: "permission_denied",
  no_rule: "permission_denied",
  address_not_allowed: "address_not_allowed",
  model_not_found: "model_not_found",
  not_found: "not_found",
  previous_response_not_found: "not_found",
  conflict: "conflict",
  response_exists: "conflict",
  run_exists: "conflict",
  run_limit_reached: "conflict",
  not_waiting: "conflict",
  taken_over: "conflict",
  not_cut: "conflict",
  may_have_been_sent: "conflict",
  upload_not_pending: "conflict",
  last_owner: "last_owner",
  project_archived: "archived",
  organization_archived: "archived",
  cannot_continue: "cannot_continue",
  parent_running: "parent_running",
  unknown_format: "import_unreadable",
  no_chats: "import_unreadable",
  empty_chat: "import_unreadable",
  packed: "import_unreadable",
  too_many: "too_many",
  too_many_shares: "too_many",
  rate_limit_exceeded: "rate_limit_exceeded",
  insufficient_quota: "insufficient_quota",
  internal_error: "internal_error",
  model_broken: "model_broken",
  engine_failed: "engine_failed",
  owner_silent: "engine_failed",
  upstream_failed: "upstream_failed",
  server_error: "upstream_failed",
  upstream_redirects: "upstream_failed",
  upstream_address: "upstream_address",
  upstream_key_wanted: "upstream_key_wanted",
  upstream_not_openai: "upstream_not_openai",
  upstream_slow: "upstream_slow",
  upstream_account: "upstream_refused",
  upstream_key_refused: "upstream_refused",
  unavailable: "unavailable",
  server_busy: "unavailable",
  too_many_at_once: "rate_limit_exceeded",
  shutting_down: "unavailable",
  storage_full: "storage_full",
  storage_limit_exceeded: "storage_limit",
  storage_not_shared: "storage",
  storage_refused: "storage",
  storage_unreachable: "storage",
  storage_unwritable: "storage",
  content_damaged: "content_damaged",
  invalid_image: "invalid_image",
  encrypted: "document_encrypted",
  damaged: "document_damaged",
  mislabelled: "document_mislabelled",
  needs_ocr: "document_picture",
  too_large: "document_too_large",
  unsupported_format: "document_format",
  empty: "document_empty",
  took_too_long: "document_hard",
  too_much_memory: "document_hard",
  still_reading: "still_reading",
  superseded: "conflict",
  active_turn_not_steerable: "conflict",
  no_active_turn: "conflict",
  no_plan: "conflict",
  vector_store_expired: "collection_expired",
  container_expired: "container_expired",
  container_elsewhere: "storage",
  containers_limit_exceeded: "too_many",
  sandbox_unavailable: "no_sandbox",
  sandbox_ended: "unavailable",
  database_busy: "database",
  database_locked: "database",
  database_newer: "database",
  database_refused: "database",
  database_unreachable: "database",
  migration_failed: "database",
  source_not_found: "download",
  source_refused: "download",
  source_unreachable: "download",
  unknown_source: "download",
  invalid_source: "download",
  checksum_mismatch: "download",
  download_interrupted: "download",
  wrong_origin: "wrong_origin",
  public_url_missing: "wrong_origin",
  wrong_csrf_token: "reload_page",
  moved: "reload_page",
  request_timeout: "timeout",
  cut_off: "cut_off",
  no_reply: "conflict",
};

/** Messages that say all: the server's words add only what concerns programs. */
const WHOLE = new Set([
  "wrong_key",
  "signed_out",
  "wrong_credentials",
  "wrong_password",
  "too_many_sign_ins",
  "email_taken",
  "already_invited",
  "reload_page",
]);

/** What other codes mean, as those of upstreams, by the reply's status. */
function byStatus(status: number): string {
  if (status === 401) return "signed_out";
  if (status === 403) return "permission_denied";
  if (status === 404) return "not_found";
  if (status === 409) return "conflict";
  if (status === 413) return "too_large";
  if (status === 429) return "rate_limit_exceeded";
  if (status === 500) return "internal_error";
  if (status > 500) return "unavailable";
  return status === 0 ? "upstream_failed" : "invalid_value";
}

export interface ErrorWords {
  text: string;
  /** The server's own words, where they say more, and in another language than the text. */
  detail: string | null;
}

/** The code, status and words of an error, wherever it was met: in a reply, a stored response, a download. */
export interface Fault {
  code?: string | null;
  message?: string | null;
  status?: number;
}

export function wordsOf({ code, message, status = 0 }: Fault): ErrorWords {
  if (code === "unreachable") return { text: i18next.t("shell:unreachable"), detail: null };
  const key = CODES[code ?? ""] ?? byStatus(status);
  const text = i18next.t(`errors:${key}`);
  if (!message || WHOLE.has(key)) return { text, detail: null };
  // In English the server says it itself, and says more.
  return i18next.language === "en" ? { text: message, detail: null } : { text, detail: message };
}

/** What was thrown, in one line. */
export function errorText(thrown: unknown): string {
  const { text, detail } = wordsOf(asApiError(thrown));
  return detail ? `${text} (\u2066${detail}\u2069)` : text;
}

/** Whether a code has a text of its own. */
export function hasText(code: string): boolean {
  return code in CODES;
}
