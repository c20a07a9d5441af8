export { NotFound } from "./NotFound";
export { openSidebar, Shell } from "./Shell";
