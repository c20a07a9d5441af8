export { ChatMenuItems } from "./ChatMenuItems";
export { Sidebar } from "./Sidebar";
