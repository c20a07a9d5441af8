export { openPalette, openShortcuts } from "./open";
export { Shortcuts } from "./Shortcuts";
export { usePaletteCommands } from "./use-palette-commands";
