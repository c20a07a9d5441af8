import { expect, it } from "vitest";
import { suggestionQueryIn } from "./suggestion-query";

it("looks for prompts and assistants at the beginning of a message only", () => {
  expect(suggestionQueryIn("/")).toEqual({ kind: "prompts", typed: "" });
  expect(suggestionQueryIn("/trans late")).toEqual({ kind: "prompts", typed: "trans late" });
  expect(suggestionQueryIn("@معلم")).toEqual({ kind: "assistants", typed: "معلم" });
  for (const text of ["", "a/b", " /", "mail@example.org", "/etc/hosts\nexplain", `/${"x".repeat(61)}`])
    expect(suggestionQueryIn(text)).toBeNull();
});
