export { NotFound } from "./NotFound";
export { closeSidebar, foldSidebar, openSidebar, Shell, useFolded } from "./Shell";
