/** What the console's screens ask of the API, beyond the typed client itself. */
export interface Page<T> {
  data: T[];
  last_id: string | null;
  has_more: boolean;
}

const MOST_PAGES = 50;

/** All objects of a list that comes in pages; at most 5,000, which no screen shows at once. */
export async function everyPage<T>(fetchPage: (after?: string) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await fetchPage(after);
    all.push(...page.data);
    if (!page.has_more || !page.last_id) break;
    after = page.last_id;
  }
  return all;
}

/** The same of a list whose pages name where the next one begins in OpenAI's other way. */
export function everyNextPage<T>(
  fetchPage: (after?: string) => Promise<{ data: T[]; has_more: boolean; next: string | null }>,
): Promise<T[]> {
  return everyPage((after) => fetchPage(after).then((page) => ({ ...page, last_id: page.next })));
}

/** Seconds since 1970, for JavaScript's clock. */
export function ms(seconds: number): number {
  return seconds * 1000;
}
