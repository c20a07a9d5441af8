/** What the marks in a text are drawn as; see `lib/stream/citations`. Without it they are left out. */
import { createContext, type ReactNode } from "react";

export type ShowMark = (kind: "c" | "x", number: number) => ReactNode;

export const MarkView = createContext<ShowMark | null>(null);
