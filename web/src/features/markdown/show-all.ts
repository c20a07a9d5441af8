import { createContext } from "react";

/** Whether all is drawn though nobody has scrolled there, as on a page that is printed. */
export const ShowAll = createContext(false);
