import { expect, it } from "vitest";
import { argumentsOf, fieldsOf, NoJson } from "./schema";

const SCHEMA = {
  type: "object",
  properties: {
    thing: { type: "string", title: "Thing", description: "What is sold." },
    number: { type: "integer" },
    price: { anyOf: [{ type: "number" }, { type: "null" }], title: "Price" },
    wrapped: { type: ["boolean", "null"] },
    size: { enum: ["small", 2] },
    tags: { type: "array", items: { type: "string" } },
    odd: true,
  },
  required: ["thing"],
};

it("has a field for each simple type, and JSON for the others", () => {
  const fields = fieldsOf(SCHEMA) ?? [];
  expect(fields.map(({ name, kind }) => [name, kind])).toEqual([
    ["thing", "text"],
    ["number", "number"],
    ["price", "number"],
    ["wrapped", "switch"],
    ["size", "choice"],
    ["tags", "json"],
    ["odd", "json"],
  ]);
  expect(fields[0]).toMatchObject({ label: "Thing", hint: "What is sold.", required: true });
  expect(fields[1]).toMatchObject({ label: "number", required: false, whole: true });
  expect(fields[2]).toMatchObject({ label: "Price", whole: false });
});

it("sends what was filled in, as the types want it", () => {
  const fields = fieldsOf(SCHEMA) ?? [];
  const filled = { ...{ thing: "42", number: "3", price: "", wrapped: false, size: "1" }, tags: '["a"]' };
  expect(argumentsOf(fields, filled)).toEqual({
    ...{ thing: "42", number: 3, wrapped: false, size: 2, tags: ["a"] },
  });
  expect(() => argumentsOf(fields, { tags: "[a" })).toThrow(NoJson);
});

it("leaves to JSON what has no named values", () => {
  expect(fieldsOf({ type: "object" })).toEqual([]);
  expect(fieldsOf({ type: "object", properties: {} })).toEqual([]);
  expect(fieldsOf({ anyOf: [{ type: "object" }] })).toBeNull();
  expect(fieldsOf({})).toBeNull();
});
