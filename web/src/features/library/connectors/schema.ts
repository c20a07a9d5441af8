/** A form for what a tool is called with, from its JSON Schema: simple types as fields, all else as JSON. */

export type FieldKind = "text" | "number" | "switch" | "choice" | "json";

export interface SchemaField {
  name: string;
  label: string;
  hint: string;
  kind: FieldKind;
  required: boolean;
  /** Of a choice: the values, as they are sent. */
  choices: readonly unknown[];
  /** Of a number: whether it has no fraction. */
  whole: boolean;
}

/** What was filled in, by name; what is not in it was not touched. */
export type Filled = Readonly<Record<string, string | boolean>>;

/** What is read of a schema; it comes from a stranger's server. */
interface Schema {
  readonly type?: unknown;
  readonly title?: unknown;
  readonly description?: unknown;
  readonly enum?: unknown;
  readonly anyOf?: unknown;
  readonly properties?: unknown;
  readonly required?: unknown;
}

/** Fields for a schema; null where it is no object with named values. */
export function fieldsOf(schema: Schema): readonly SchemaField[] | null {
  const { properties, required } = schema;
  if (!isSchema(properties)) return schema.type === "object" && !properties ? [] : null;
  const needed: unknown[] = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, given]) => fieldOf(name, given, needed.includes(name)));
}

function fieldOf(name: string, given: unknown, required: boolean): SchemaField {
  const own = isSchema(given) ? given : {};
  const schema = { ...simple(own), title: own.title, description: own.description };
  const choices = Array.isArray(schema.enum) ? (schema.enum as unknown[]) : [];
  return {
    name,
    label: textOf(schema.title) || name,
    hint: textOf(schema.description),
    kind: choices.length > 0 ? "choice" : kindOf(schema.type),
    required,
    choices,
    whole: schema.type === "integer",
  };
}

/** What may also be nothing is what it is otherwise. */
function simple(schema: Schema): Schema {
  const { type, anyOf } = schema;
  if (Array.isArray(type)) {
    const others = type.filter((each) => each !== "null");
    return { ...schema, type: others.length === 1 ? others[0] : undefined };
  }
  if (!Array.isArray(anyOf)) return schema;
  const others = anyOf.filter((each) => isSchema(each) && each.type !== "null");
  return others.length === 1 ? (others[0] as Schema) : schema;
}

function kindOf(type: unknown): FieldKind {
  if (type === "string") return "text";
  if (type === "number" || type === "integer") return "number";
  return type === "boolean" ? "switch" : "json";
}

/** A field whose text is no JSON. */
export class NoJson extends Error {
  constructor(readonly field: string) {
    super(`${field} is no JSON`);
  }
}

/** What the tool is called with. Throws {@link NoJson}. */
export function argumentsOf(fields: readonly SchemaField[], filled: Filled): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const field of fields) {
    const value = filled[field.name];
    if (value === undefined || value === "") continue;
    given[field.name] = typeof value === "boolean" ? value : read(field, value);
  }
  return given;
}

function read(field: SchemaField, value: string): unknown {
  switch (field.kind) {
    case "number":
      return Number(value);
    case "choice":
      return field.choices[Number(value)];
    case "json":
      return parsed(field.name, value);
    default:
      return value;
  }
}

/** The value that a text means. Throws {@link NoJson}. */
export function parsed(field: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoJson(field);
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
