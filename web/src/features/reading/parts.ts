/** What pages that are loaded later share with the reading pane. */
export { Reader } from "./Reader";
