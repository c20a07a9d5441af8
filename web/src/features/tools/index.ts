import { lazy } from "react";

export { type Connector, connectorsQuery, placeOf, useConnectors } from "./connectors";
export { useTools } from "./queries";
export { ToolsButton } from "./ToolsButton";
export { useToolWords } from "./use-tool-words";

/** Loaded where a form shows it; inside of `Suspense`. */
export const ToolSwitches = lazy(() => import("./ToolSwitches"));
