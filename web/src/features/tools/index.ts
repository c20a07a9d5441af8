import { lazy } from "react";

export { ToolsButton } from "./ToolsButton";
export { useToolWords } from "./use-tool-words";

/** Loaded where a form shows it; inside of `Suspense`. */
export const ToolSwitches = lazy(() => import("./ToolSwitches"));
