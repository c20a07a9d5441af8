export { openPalette, openShortcuts } from "./open";
export { ranked } from "./rank";
export { ShortcutList } from "./ShortcutList";
export { Shortcuts } from "./Shortcuts";
export { usePaletteCommands } from "./use-palette-commands";
