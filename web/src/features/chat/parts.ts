/** What pages that are loaded later share with chats; in the index it would come with the first page. */
export { Arguments } from "./approvals/Arguments";
export { default as BrowserWindow } from "./browser/BrowserWindow";
export { AttachButton } from "./composer/AttachButton";
export { composerAction } from "./composer/keys";
export { ModelPicker } from "./models/ModelPicker";
export { default as Steps } from "./steps/Steps";
export { fenced, type Step, stepsOf } from "./steps/steps";
export { Terminal } from "./steps/Terminal";
export { useScroll } from "./thread/use-scroll";
