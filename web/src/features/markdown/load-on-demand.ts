import { useEffect } from "react";
import { create } from "@/lib/store";

/**
 * A part of the app that is loaded when the first component needs it. Gives a hook that returns null until then:
 * unlike `lazy()` nothing is hidden meanwhile, and a part that could not be loaded is tried again by the next one.
 */
export function loadOnDemand<T extends object>(
  load: () => Promise<T>,
): { use: () => T | null; prepare: () => void } {
  const loaded = create<T | null>(null);
  let pending = false;
  const prepare = () => {
    if (pending || loaded.get()) return;
    pending = true;
    load().then(
      (part) => loaded.set(part),
      () => {
        pending = false;
      },
    );
  };
  const use = () => {
    const part = loaded.use();
    useEffect(prepare, []);
    return part;
  };
  return { use, prepare };
}
