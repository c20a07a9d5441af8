import { describe, expect, it } from "vitest";
import { answers, choicesOf, faultOf, namedByHand, offered, probesOf, tested } from "./choices";
import type { ServerModel, TestResult } from "./queries";

function model(target: string, more: Partial<ServerModel> = {}): ServerModel {
  const rest = { context_length: null, context_sure: "unknown", context_most: null, price: null } as const;
  const abilities = [{ ability: "chat", sure: "guessed" as const }];
  return { target, suggested_name: target, served_as: null, abilities, ...rest, ...more };
}

function result(probe: TestResult["probe"], ok: boolean): TestResult {
  return { probe, ok, seconds: 1, said: "", error: null };
}

describe("choices", () => {
  it("ticks the few that are of use and not offered yet, and none of many", () => {
    const few = choicesOf([model("other", { abilities: [] }), model("a"), model("b", { served_as: "b" })]);
    expect(few.map((each) => [each.target, each.ticked])).toEqual([
      ["a", true],
      ["b", false],
      ["other", false],
    ]);
    const many = Array.from({ length: 30 }, (_, at) => model(`m${at}`));
    expect(choicesOf(many).some((each) => each.ticked)).toBe(false);
  });

  it("tests what is guessed, and promises nothing that did not work", () => {
    const abilities = [
      { ability: "chat", sure: "guessed" as const },
      { ability: "tools", sure: "told" as const },
      { ability: "vision", sure: "guessed" as const },
    ];
    const [choice] = choicesOf([model("a", { abilities })]);
    if (!choice) throw new Error("no choice");
    expect(probesOf(choice)).toEqual(["chat", "vision"]);
    const after = tested(choice, [result("chat", true), result("vision", false)]);
    expect([answers(after), after.abilities]).toEqual([true, ["chat", "tools"]]);
    expect(answers(tested(choice, [result("chat", false)]))).toBe(false);
    expect(answers(choice)).toBeNull();
  });

  it("wants a name of its own and an ability", () => {
    const [a, b] = [namedByHand("m"), namedByHand("m")];
    expect(faultOf(a, [a, b])).toBe("connect_twice");
    expect(faultOf(a, [a, { ...b, ticked: false }])).toBeNull();
    expect(faultOf({ ...a, name: " " }, [])).toBe("connect_no_name");
    expect(faultOf({ ...a, abilities: [] }, [])).toBe("connect_no_ability");
  });

  it("sends no price and no context that nobody gave", () => {
    expect(offered({ ...namedByHand("m"), name: " mine ", context: "8192" })).toEqual({
      model: "mine",
      target: "m",
      abilities: ["chat", "tools", "json_schema"],
      context_length: 8192,
      price: undefined,
    });
  });
});
