export { ChatMenuItems } from "./chat-row/ChatMenuItems";
export { Sidebar } from "./Sidebar";
export { useAppCommands } from "./use-app-commands";
