export { MarkView, type ShowMark } from "./elements/mark-view";
export { Markdown, prepareMarkdown } from "./Markdown";
export { plainText } from "./parsing/plain-text";
