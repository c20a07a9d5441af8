import { expect, it } from "vitest";
import { baseModel, isResearch, researchTurn, USUAL } from "./mode";

it("asks the chat's model for a research, with what was chosen", () => {
  expect(researchTurn(USUAL, null)).toEqual({
    model: "default-deep-research",
    settings: { reasoning_effort: "medium" },
    earthshine: { research: { language: null, approve: false } },
  });
  const chosen = { ...USUAL, language: "ar", approve: true, minutes: "1.5", pages: "12" };
  expect(researchTurn(chosen, "qwen").earthshine.research).toEqual({
    ...{ language: "ar", approve: true, limits: { seconds: 90, pages: 12 } },
  });
  expect(researchTurn({ ...USUAL, minutes: "-3", pages: "x" }, "qwen").earthshine.research).toEqual({
    ...{ language: null, approve: false },
  });
});

it("knows researches by the name that was asked", () => {
  expect(isResearch("qwen-deep-research")).toBe(true);
  expect(isResearch("qwen")).toBe(false);
  expect(isResearch(null)).toBe(false);
  expect(baseModel("qwen-deep-research")).toBe("qwen");
  expect(baseModel("qwen")).toBe("qwen");
});
