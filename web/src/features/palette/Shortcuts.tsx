import { useEffect } from "react";
import { allCommands, matches } from "@/lib/commands";

/** Does what a command's keys stand for, wherever the focus is. */
export function Shortcuts() {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.isComposing || event.defaultPrevented) return;
      const command = allCommands().find((each) => each.keys && matches(each.keys, event));
      if (!command) return;
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, []);
  return null;
}
