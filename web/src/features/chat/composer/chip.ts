/** How a labelled button in the message box looks; pressed, it is coloured. */
export const CHIP =
  "inline-flex h-9 items-center gap-1.5 rounded-full px-2.5 text-sm text-ink-soft transition-colors hover:bg-hover hover:text-ink aria-expanded:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-accent coarse:h-11 max-sm:w-9 max-sm:justify-center max-sm:px-0 max-sm:coarse:w-11 [&_svg]:size-[1.15rem] [&_svg]:shrink-0";
