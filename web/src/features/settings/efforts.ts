/** How much a model is to think, from nothing to all it can; named by this feature's messages `effort_...` everywhere. */
export const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;
