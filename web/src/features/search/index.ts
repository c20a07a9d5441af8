export { byChat } from "./by-chat";
export { Snippet } from "./Snippet";
export { knownChats, type Match, useChatSearch } from "./use-chat-search";
