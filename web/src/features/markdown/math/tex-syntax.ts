/**
 * Formulas inside text: `$a$`, `$$a$$`, `\(a\)` and `\[a\]`, as a micromark construct.
 *
 * A single dollar follows Pandoc's rule, so that prices stay prices: no space inside the two signs, and no letter or
 * digit where a sum of money would have one ("US$5", "$5 and $6").
 */
import type { CompileContext, Extension as FromMarkdown } from "mdast-util-from-markdown";
import type { Code, Construct, Effects, Extension, State, TokenizeContext } from "micromark-util-types";

declare module "micromark-util-types" {
  interface TokenTypeMap {
    tex: "tex";
    texMark: "texMark";
    texData: "texData";
  }
}

declare module "mdast" {
  interface Tex {
    type: "tex";
    value: string;
    display: boolean;
    position?: import("unist").Position;
  }
  interface PhrasingContentMap {
    tex: Tex;
  }
  interface RootContentMap {
    tex: Tex;
  }
}

const DOLLAR = 36;
const BACKSLASH = 92;
const CLOSING: Record<number, number> = { 40: 41, 91: 93 };
/** A longer "formula" is text in which a sign was left open. */
const LONGEST = 5000;

const isLineEnding = (code: Code) => code !== null && code < -2;
const isSpace = (code: Code) => code === null || code < 0 || code === 32;
const isDigit = (code: Code) => code !== null && code >= 48 && code <= 57;
const isUpper = (code: Code) => code !== null && ((code >= 65 && code <= 90) || code === 95);
const isLower = (code: Code) => code !== null && code >= 97 && code <= 122;

/** Which closing marks do not come any more in a text, so that nobody looks for them again. */
const missing = new WeakMap<TokenizeContext, Set<string>>();

interface Marks {
  name: string;
  opens: (effects: Effects, then: State, nok: State) => State;
  /** Takes the whole closing mark. */
  closes: (effects: Effects, before: () => Code, ok: State, nok: State) => State;
  first: number;
}

const dollars: Marks = {
  name: "$",
  first: DOLLAR,
  opens: (effects, then) => (code) => {
    effects.consume(code);
    return then;
  },
  closes: (effects, before, ok, nok) => (code) => {
    if (code !== DOLLAR || isSpace(before())) return nok(code);
    effects.consume(code);
    return (next) => (isDigit(next) || isUpper(next) || next === DOLLAR ? nok(next) : ok(next));
  },
};

const doubleDollars: Marks = { name: "$$", first: DOLLAR, opens: twice(DOLLAR), closes: closeTwice(DOLLAR) };

function brackets(opening: number): Marks {
  const closing = CLOSING[opening] ?? opening;
  return {
    name: `\\${String.fromCharCode(opening)}`,
    first: BACKSLASH,
    opens: (effects, then, nok) => (code) => {
      effects.consume(code);
      return (next) => {
        if (next !== opening) return nok(next);
        effects.consume(next);
        return then;
      };
    },
    closes: (effects, _before, ok, nok) => (code) => {
      if (code !== BACKSLASH) return nok(code);
      effects.consume(code);
      return (next) => {
        if (next !== closing) return nok(next);
        effects.consume(next);
        return ok;
      };
    },
  };
}

function twice(mark: number): Marks["opens"] {
  return (effects, then, nok) => (code) => {
    effects.consume(code);
    return (next) => {
      if (next !== mark) return nok(next);
      effects.consume(next);
      return then;
    };
  };
}

function closeTwice(mark: number): Marks["closes"] {
  return (effects, _before, ok, nok) => (code) => {
    if (code !== mark) return nok(code);
    return twice(mark)(effects, ok, nok)(code);
  };
}

function construct(marks: Marks): Construct {
  return {
    name: "tex",
    previous(code) {
      if (marks.name !== "$") return true;
      return code !== DOLLAR && !isDigit(code) && !isUpper(code) && !isLower(code);
    },
    tokenize(effects, ok, nok) {
      let length = 0;
      let previous: Code = null;

      const start: State = (code) => {
        if (code !== marks.first || missing.get(this)?.has(marks.name)) return nok(code);
        effects.enter("tex");
        effects.enter("texMark");
        return marks.opens(effects, opened, nok)(code);
      };
      const opened: State = (code) => {
        effects.exit("texMark");
        if (marks.name.startsWith("$") && code === DOLLAR) return nok(code);
        if (marks.name === "$" && isSpace(code)) return nok(code);
        return between(code);
      };
      const between: State = (code) => {
        if (code === null || length > LONGEST) return fail(code);
        if (isLineEnding(code)) {
          effects.enter("lineEnding");
          effects.consume(code);
          effects.exit("lineEnding");
          previous = code;
          length++;
          return between;
        }
        if (code === marks.first) {
          return effects.attempt({ tokenize: closing, partial: true }, done, asData)(code);
        }
        return asData(code);
      };
      const asData: State = (code) => {
        effects.enter("texData");
        return takeData(code);
      };
      const takeData: State = (code) => {
        previous = code;
        length++;
        effects.consume(code);
        return code === BACKSLASH ? escaped : more;
      };
      const escaped: State = (code) => {
        if (code === null || isLineEnding(code)) return more(code);
        previous = code;
        length++;
        effects.consume(code);
        return more;
      };
      const more: State = (code) => {
        if (code === null || isLineEnding(code) || code === marks.first || length > LONGEST) {
          effects.exit("texData");
          return between(code);
        }
        return takeData(code);
      };
      const done: State = (code) => {
        effects.exit("tex");
        return ok(code);
      };
      const fail: State = (code) => {
        if (code === null) {
          const names = missing.get(this) ?? new Set();
          missing.set(this, names.add(marks.name));
        }
        return nok(code);
      };
      function closing(inner: Effects, yes: State, no: State): State {
        return (code) => {
          inner.enter("texMark");
          return marks.closes(
            inner,
            () => previous,
            (next) => {
              inner.exit("texMark");
              return yes(next);
            },
            no,
          )(code);
        };
      }
      return start;
    },
  };
}

/** The syntax. */
export function tex(): Extension {
  return {
    text: {
      [DOLLAR]: [construct(doubleDollars), construct(dollars)],
      [BACKSLASH]: [construct(brackets(40)), construct(brackets(91))],
    },
  };
}

/** How it becomes a node of the tree. */
export function texFromMarkdown(): FromMarkdown {
  return {
    enter: {
      tex(this: CompileContext, token) {
        const opening = this.sliceSerialize(token).slice(0, 2);
        this.enter({ type: "tex", value: "", display: opening === "$$" || opening === "\\[" }, token);
        this.buffer();
      },
    },
    exit: {
      tex(this: CompileContext, token) {
        const value = this.resume();
        const node = this.stack.at(-1);
        if (node?.type === "tex") node.value = value;
        this.exit(token);
      },
      texData(this: CompileContext, token) {
        this.config.enter.data?.call(this, token);
        this.config.exit.data?.call(this, token);
      },
    },
  };
}
