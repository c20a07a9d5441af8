import { clsx } from "clsx";

export const cx = clsx;

/**
 * For a line that runs in its own direction (`dir="auto"`) in a list of others: it begins where the list does.
 * Both spellings, for the browsers that know only one.
 */
export const ALIGNED = "[text-align:-webkit-match-parent] [text-align:match-parent]";
