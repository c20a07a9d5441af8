/** A plan as it is written to be changed: one question a line. */
import type { Question } from "./types";

/** The questions that are still asked. */
export const asked = (questions: readonly Question[]) => questions.filter(({ state }) => state !== "dropped");

export const asText = (questions: readonly Question[]) =>
  asked(questions)
    .map(({ text }) => text.replace(/\s+/g, " "))
    .join("\n");

/** The questions of a text; one that stands there as it was stays itself. */
export function planOf(text: string, questions: readonly Question[]): { id?: string; text: string }[] {
  const left = asked(questions).map(({ id, text: said }) => ({ id, text: said.replace(/\s+/g, " ").trim() }));
  return text.split("\n").flatMap((line) => {
    const said = line.replace(/\s+/g, " ").trim();
    if (!said) return [];
    const at = left.findIndex((each) => each.text === said);
    const [same] = at < 0 ? [] : left.splice(at, 1);
    return [same ?? { text: said }];
  });
}
