import { expect, it } from "vitest";
import { fromForm, isValid, NOTHING, toForm } from "./form";

it("keeps what is empty as nothing, and 0 as a number", () => {
  expect(fromForm(toForm(NOTHING))).toEqual({ ...NOTHING, model: undefined });
  expect(fromForm({ ...toForm(NOTHING), temperature: "0", instructions: "  " })).toMatchObject({
    temperature: 0,
    instructions: null,
  });
});

it("tells numbers that the server would refuse", () => {
  const empty = toForm(NOTHING);
  expect(isValid(empty)).toBe(true);
  expect(isValid({ ...empty, temperature: "2", top_p: "1", max_output_tokens: "1" })).toBe(true);
  for (const wrong of [
    { temperature: "2.1" },
    { temperature: "-1" },
    { top_p: "1.5" },
    { max_output_tokens: "0" },
    { max_output_tokens: "1.5" },
    { max_output_tokens: "x" },
  ])
    expect(isValid({ ...empty, ...wrong })).toBe(false);
});
