/** Deep research as a mode of a message: what it is to be, and what is asked for it. */

const SUFFIX = "-deep-research";

export const DEPTHS = ["low", "medium", "high"] as const;

export interface ResearchMode {
  /** Of the report; null for the question's own. */
  language: string | null;
  depth: (typeof DEPTHS)[number];
  /** Whether the person sees the plan before it is followed. */
  approve: boolean;
  /** At most, as they are typed; empty for no limit. */
  minutes: string;
  pages: string;
}

export const USUAL: ResearchMode = {
  ...{ language: null, depth: "medium", approve: false },
  ...{ minutes: "", pages: "" },
};

/** Whether replies of this name are researches. */
export const isResearch = (model: string | null | undefined) => model?.endsWith(SUFFIX) ?? false;

/** The model that does a research of this name. */
export const baseModel = (model: string) => (isResearch(model) ? model.slice(0, -SUFFIX.length) : model);

/** What a turn asks, so that its reply is a research by this model. */
export function researchTurn(mode: ResearchMode, model: string | null | undefined) {
  const { language, depth, approve, minutes, pages } = mode;
  const given = { seconds: Math.round(Number(minutes) * 60), pages: Math.round(Number(pages)) };
  const limits = Object.fromEntries(Object.entries(given).filter(([, most]) => most > 0));
  return {
    model: `${model ?? "default"}${SUFFIX}`,
    settings: { reasoning_effort: depth },
    earthshine: {
      research: { language, approve, ...(Object.keys(limits).length > 0 ? { limits } : {}) },
    },
  };
}
