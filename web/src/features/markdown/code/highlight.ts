/** Asks the highlighting thread, and remembers its last answers. */
import type { Token } from "./token-lines";

export type TokenLines = readonly (readonly Token[])[];

interface Answer {
  turn: number;
  lines: TokenLines | null;
}

/** Longer code stays plain: nobody reads it word by word. */
const LONGEST = 60_000;
/** A thread that does not answer by then has met code that its rules cannot handle. */
const PATIENCE_MS = 4000;
const REMEMBERED = 60;

export class Highlighter {
  private worker: Worker | null = null;
  private turn = 0;
  private readonly waiting = new Map<number, (lines: TokenLines | null) => void>();
  private readonly answers = new Map<string, TokenLines>();

  constructor(private readonly start: () => Worker) {}

  /** What was found before, at once. */
  remembered(code: string, language: string): TokenLines | null {
    return this.answers.get(`${language}\n${code}`) ?? null;
  }

  /** The tokens of each line, or null where the language is unknown or the code is too long or too strange. */
  async highlight(code: string, language: string): Promise<TokenLines | null> {
    if (code.length > LONGEST || !language || language === "plaintext") return null;
    const known = this.remembered(code, language);
    if (known) return known;
    const lines = await this.ask(code, language);
    if (lines) this.remember(`${language}\n${code}`, lines);
    return lines;
  }

  private ask(code: string, language: string): Promise<TokenLines | null> {
    this.worker ??= this.begin();
    const turn = this.turn++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.giveUp(), PATIENCE_MS);
      this.waiting.set(turn, (lines) => {
        clearTimeout(timer);
        this.waiting.delete(turn);
        resolve(lines);
      });
      this.worker?.postMessage({ turn, code, language });
    });
  }

  private begin(): Worker {
    const worker = this.start();
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      this.waiting.get(data.turn)?.(data.lines);
    });
    worker.addEventListener("error", () => this.giveUp());
    return worker;
  }

  private giveUp(): void {
    this.worker?.terminate();
    this.worker = null;
    for (const answer of [...this.waiting.values()]) answer(null);
  }

  private remember(key: string, lines: TokenLines): void {
    this.answers.set(key, lines);
    const oldest = this.answers.keys().next().value;
    if (this.answers.size > REMEMBERED && oldest !== undefined) this.answers.delete(oldest);
  }
}

/** The page's one highlighter; its thread starts with the first code that wants it. */
export const highlighter = new Highlighter(
  () => new Worker(new URL("./highlight-worker.ts", import.meta.url), { type: "module" }),
);
