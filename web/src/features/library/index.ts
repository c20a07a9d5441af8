import { lazy } from "react";

export { AssistantBadge } from "./AssistantBadge";
export { type Assistant, type Memory, type Prompt, type Space, useAssistant, useLibrary } from "./queries";

/** Loaded when somebody opens it: `{shown ? <PromptPicker onInsert onClose /> : null}`, inside of `Suspense`. */
export const PromptPicker = lazy(() => import("./PromptPicker"));
