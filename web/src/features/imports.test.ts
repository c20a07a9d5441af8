/** What the linter cannot see of the borders between features: relative ways out, and circles. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, sep } from "node:path";
import { expect, it } from "vitest";

const FEATURES = import.meta.dirname;
const SPECIFIER = /\b(?:from|import)\s*\(?\s*"([^"]+)"/g;

const imports = readdirSync(FEATURES, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && name.includes(sep))
  .flatMap((file) =>
    [...readFileSync(join(FEATURES, file), "utf8").matchAll(SPECIFIER)].map((match) => ({
      file,
      feature: file.split(sep)[0] ?? "",
      target: match[1] ?? "",
    })),
  );

it("imports by a relative path only inside of a feature", () => {
  expect(imports.length).toBeGreaterThan(500);
  const out = imports.filter(
    ({ file, feature, target }) =>
      target.startsWith(".") && normalize(join(dirname(file), target)).split(sep)[0] !== feature,
  );
  expect(out).toEqual([]);
});

it("has no two features that need each other, be it through others", () => {
  const needs = new Map<string, Set<string>>();
  for (const { feature, target } of imports) {
    const other = /^@\/features\/([^/]+)/.exec(target)?.[1];
    if (other && other !== feature) needs.set(feature, (needs.get(feature) ?? new Set()).add(other));
  }
  const circles: string[] = [];
  const walk = (feature: string, path: readonly string[]): void => {
    if (path.includes(feature)) circles.push([...path, feature].join(" → "));
    else for (const next of needs.get(feature) ?? []) walk(next, [...path, feature]);
  };
  for (const feature of needs.keys()) walk(feature, []);
  expect(circles).toEqual([]);
});

it("has no two modules that need each other, not even for types", () => {
  const root = dirname(FEATURES);
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) =>
    /\.tsx?$/.test(name),
  );
  const known = new Set(files);
  const needs = new Map(
    files.map((file) => {
      const targets = [...readFileSync(join(root, file), "utf8").matchAll(/\b(?:from|import)\s+"([^"]+)"/g)];
      const places = targets.map(([, target = ""]) =>
        target.startsWith("@/") ? normalize(target.slice(2)) : normalize(join(dirname(file), target)),
      );
      const ends = ["", ".ts", ".tsx", `${sep}index.ts`];
      return [
        file,
        places.flatMap((place) => ends.map((end) => place + end).filter((each) => known.has(each))),
      ];
    }),
  );
  const over = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (over.has(file) || path.includes(file)) return;
    for (const next of needs.get(file) ?? []) walk(next, [...path, file]);
    over.add(file);
  };
  for (const file of files) walk(file, []);
  expect(circles).toEqual([]);
});
