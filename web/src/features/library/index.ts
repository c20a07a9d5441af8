import { lazy } from "react";

export { AssistantBadge } from "./AssistantBadge";
export { type Assistant, type Memory, type Prompt, type Space, useAssistant, useLibrary } from "./queries";
export { type Ready, useReady } from "./ready";

/** Loaded when somebody chooses a prompt that leaves something open; inside of `Suspense`. */
export const PromptVariables = lazy(() => import("./PromptVariables"));
