export { afterMenu } from "./actions";
export { ChatMenuItems } from "./ChatMenuItems";
export { Sidebar } from "./Sidebar";
