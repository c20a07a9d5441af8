/** Which models the wizard offers: few, and only such that are worth it here. */
import type { CatalogEntry } from "@/features/console";

const MOST = 4;

/** Chat models that fit, can be had and are not slow: the recommended one first, then the larger before the smaller. */
export function offersOf(entries: readonly CatalogEntry[]): readonly CatalogEntry[] {
  return entries
    .filter(
      (entry) =>
        entry.fits &&
        !entry.server &&
        !entry.installed_as &&
        entry.reachable !== "no" &&
        entry.speed !== "slow" &&
        entry.abilities.includes("chat"),
    )
    .sort((a, b) => Number(b.recommended) - Number(a.recommended) || b.parameters - a.parameters)
    .slice(0, MOST);
}
