import { lazy } from "react";

export { baseModel, isResearch, type ResearchMode, researchTurn, USUAL } from "./start/mode";
export { ResearchChip } from "./start/ResearchChip";

/** How far a research is, in the chat that asked for it; inside of `Suspense`. */
export const ResearchCard = lazy(() => import("./page/ResearchCard"));
