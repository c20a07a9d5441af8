/** An id that this page makes up, so that sending something again cannot make it twice. */
export function newId(kind: "chat" | "turn" | "group"): string {
  const bytes = crypto.getRandomValues(new Uint8Array(20));
  return `${kind}_${Array.from(bytes, (byte) => (byte % 36).toString(36)).join("")}${Date.now().toString(36)}`;
}
