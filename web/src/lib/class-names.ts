import { clsx } from "clsx";

export const cx = clsx;

/**
 * For a line that runs in its own direction (`dir="auto"`) in a list of others: it begins where the list does.
 * Both spellings, for the browsers that know only one.
 */
export const ALIGNED = "[text-align:-webkit-match-parent] [text-align:match-parent]";

/** For what floats over the whole window: leaves the sidebar out, where it stands beside the page. */
export const BESIDE_SIDEBAR = "md:[[data-sidebar]_&]:ps-72";
