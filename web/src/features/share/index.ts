export { download } from "./download";
