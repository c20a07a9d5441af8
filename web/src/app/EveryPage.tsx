import { usePaletteCommands } from "@/features/palette";
import { useFollowPreferences } from "@/features/settings";
import { useAppCommands } from "@/features/sidebar";

/** What holds on every page of somebody who is signed in, whatever frame it has: their language and theme, and commands. */
export function EveryPage() {
  useFollowPreferences();
  useAppCommands();
  usePaletteCommands();
  return null;
}
