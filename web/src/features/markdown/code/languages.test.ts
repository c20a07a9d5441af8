import { expect, it } from "vitest";
import { fileName } from "./languages";

it.each([
  ["python", "code.py"],
  ["py title=x", "code.py"],
  ["{.haskell}", "code.hs"],
  ["html", "code.html"],
  ["toml", "code.toml"],
  ["tsx", "code.tsx"],
  ["c++", "code.cpp"],
  ["h", "code.h"],
  ["json", "code.json"],
  ["mermaid", "code.mmd"],
  ["", "code.txt"],
  ["../../etc/passwd", "code.txt"],
  ["__proto__", "code.txt"],
  ["constructor", "code.txt"],
])("a file of %j is called %s", (info, name) => expect(fileName(info)).toBe(name));
