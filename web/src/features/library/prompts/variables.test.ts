import { describe, expect, it } from "vitest";
import { fill, variables } from "./variables";

describe("variables", () => {
  it("are the names between double braces, each once, in any script", () => {
    expect(variables("Explain {{topic}} to {{ a reader }}, {{topic}} first. {{الموضوع}} {{读者_2}}")).toEqual(
      ["topic", "a reader", "الموضوع", "读者_2"],
    );
  });

  it("are not what only looks like one", () => {
    expect(variables("{topic} {{}} {{ }} {{1st}} {{a.b}} {{a\nb}} {{{ x")).toEqual([]);
    expect(variables(`{{${"x".repeat(65)}}}`)).toEqual([]);
  });
});

describe("fill", () => {
  it("puts values in all places of a name, and leaves names without one", () => {
    expect(fill("{{a}} and {{ a }} and {{b}}", { a: "1" })).toBe("1 and 1 and {{b}}");
  });

  it("takes a value as it is: no pattern, and no further variables", () => {
    expect(fill("<{{a}}|{{b}}>", { a: "$& {{b}} $1", b: "" })).toBe("<$& {{b}} $1|>");
  });

  it("does not take what every object has for a value", () => {
    expect(fill("{{constructor}} {{toString}}", {})).toBe("{{constructor}} {{toString}}");
  });
});
