/** A research and its report as the API tells them. */
import type { Schemas } from "@/lib/api";

export type Research = Schemas["Research"];
export type Question = Research["questions"][number];
export type Report = NonNullable<Research["report"]>;
export type Source = Report["sources"][number];
export type Evidence = Report["evidence"][number];
export type Claim = Report["claims"][number];
export type Listed = Schemas["ResearchSummary"];
