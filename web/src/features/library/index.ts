import { lazy } from "react";

export { AssistantBadge } from "./assistants/AssistantBadge";
export { type AssistantTemplate, useAssistantTemplates } from "./assistants/templates";
export { SearchedCollections } from "./collections/SearchedCollections";
export { type Assistant, type Memory, type Prompt, type Space, useAssistant, useLibrary } from "./queries";

/** Loaded when somebody chooses a prompt that leaves something open; inside of `Suspense`. */
export const PromptVariables = lazy(() => import("./prompts/PromptVariables"));
