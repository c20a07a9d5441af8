/** What other pages that are loaded later share with that of a shared chat. */
export { SharedFrame, SharedHead } from "./SharedFrame";
