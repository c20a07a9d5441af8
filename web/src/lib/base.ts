/** Where the app stands on its host, such as `/ai` behind a proxy that serves it below a path; empty for the root. */
export const BASE = document.documentElement.dataset.base ?? "";

/** Returns the address on this host of what the server has at `path`. */
export function at(path: string): string {
  return BASE + path;
}

/** Returns the path of the page that is shown, as the app's own addresses say it. */
export function pagePath(): string {
  const path = window.location.pathname;
  return BASE && (path === BASE || path.startsWith(`${BASE}/`)) ? path.slice(BASE.length) || "/" : path;
}
