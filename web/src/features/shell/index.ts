export { Connection } from "./Connection";
export { NotFound } from "./NotFound";
export { Page } from "./Page";
export { closeSidebar, foldSidebar, openSidebar, Shell, useFolded } from "./Shell";
