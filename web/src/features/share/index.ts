import { lazy } from "react";

export { download } from "./download";

/** Loaded when somebody asks for them; inside of `Suspense`. */
export const ShareDialog = lazy(() => import("./ShareDialog"));
export const ExportDialog = lazy(() => import("./ExportDialog"));
