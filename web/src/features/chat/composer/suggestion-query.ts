/** What is looked for at the beginning of a message: a prompt by `/`, an assistant by `@`. */
export interface SuggestionQuery {
  kind: "prompts" | "assistants";
  typed: string;
}

/** Such a search, as long as it is all that the box has; names are short, and a second line is a message. */
export function suggestionQueryIn(text: string): SuggestionQuery | null {
  const found = /^([/@])([^\n]{0,60})$/.exec(text);
  return found ? { kind: found[1] === "/" ? "prompts" : "assistants", typed: found[2] ?? "" } : null;
}
