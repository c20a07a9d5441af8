/** What is reckoned about pictures that are shown. */

/** How many bytes a `data:` URL in base64 holds. */
export function bytesOf(url: string): number {
  const base64 = url.slice(url.indexOf(",") + 1);
  return Math.floor((base64.replace(/=+$/, "").length * 3) / 4);
}

/** The page that a key leads to, from 0; the same one for other keys; after the last comes the first. In Arabic, forwards is to the left. */
export function pageAfter(key: string, page: number, pages: number, direction: "ltr" | "rtl"): number {
  const forwards = direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  const backwards = direction === "rtl" ? "ArrowRight" : "ArrowLeft";
  if (key === "Home") return 0;
  if (key === "End") return pages - 1;
  if (key === forwards) return (page + 1) % pages;
  return key === backwards ? (page + pages - 1) % pages : page;
}
