/** Which addresses in what models write may become links, and which pictures may be shown. */

const LINKS = new Set(["http:", "https:", "mailto:"]);
const PICTURE = /^data:image\/(?:png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}$/;
/** Characters of a picture that stands in the text itself; about 1.5 MB. */
const LARGEST_PICTURE = 2_000_000;
const LONGEST_LINK = 8000;

/** Returns the address that a link may lead to: whole, to another place, and by a harmless scheme. */
export function safeLink(address: string): URL | null {
  const trimmed = address.trim();
  if (trimmed.length > LONGEST_LINK || !/^(?:https?:\/\/|mailto:)/i.test(trimmed)) return null;
  if (!URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  return LINKS.has(url.protocol) ? url : null;
}

/** Returns whether a picture stands in the text itself, in a format that cannot hold a script. */
export function isInlinePicture(address: string): boolean {
  return address.length <= LARGEST_PICTURE && PICTURE.test(address);
}

/** Whom a link really leads to, as people compare it with what the text says. */
export function hostOf(url: URL): string {
  return url.protocol === "mailto:" ? decodeSafely(url.pathname) : url.host;
}

function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
