export { Markdown, prepareMarkdown } from "./Markdown";
export { plainText } from "./plain-text";
