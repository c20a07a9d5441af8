export { Markdown, prepareMarkdown } from "./Markdown";
export { plainText } from "./parsing/plain-text";
