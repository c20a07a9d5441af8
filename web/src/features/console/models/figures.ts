/** What was measured of models on this machine. */
import type { CatalogEntry } from "./queries";

type Figures = CatalogEntry["figures"];

/** The build that writes fastest; undefined where none was measured. */
export function quickest(figures: Figures): Figures[number] | undefined {
  return [...figures].sort((a, b) => b.writes - a.writes)[0];
}
