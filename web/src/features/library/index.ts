export { type Assistant, type Memory, type Prompt, type Space, useAssistant, useLibrary } from "./queries";
