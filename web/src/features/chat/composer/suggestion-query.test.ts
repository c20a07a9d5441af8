import { expect, it } from "vitest";
import { soughtIn } from "./suggestion-query";

it("looks for prompts and assistants at the beginning of a message only", () => {
  expect(soughtIn("/")).toEqual({ kind: "prompts", typed: "" });
  expect(soughtIn("/trans late")).toEqual({ kind: "prompts", typed: "trans late" });
  expect(soughtIn("@معلم")).toEqual({ kind: "assistants", typed: "معلم" });
  for (const text of ["", "a/b", " /", "mail@example.org", "/etc/hosts\nexplain", `/${"x".repeat(61)}`])
    expect(soughtIn(text)).toBeNull();
});
