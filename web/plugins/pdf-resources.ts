import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const FROM = "node_modules/pdfjs-dist";
/** What pdf.js asks for when a file needs it: tables of Asian scripts, fonts that files leave out, decoders of pictures. */
const FOLDERS = ["cmaps", "standard_fonts", "wasm"];

/** Puts the files that pdf.js loads by their names where the reading pane tells it to look. */
export function pdfResources(root: string): Plugin {
  return {
    name: "pdf-resources",
    apply: "build",
    generateBundle() {
      const from = join(root, FROM);
      const { version } = JSON.parse(readFileSync(join(from, "package.json"), "utf8")) as { version: string };
      for (const folder of FOLDERS)
        for (const name of readdirSync(join(from, folder)))
          this.emitFile({
            type: "asset",
            fileName: `assets/pdfjs-${version}/${folder}/${name}`,
            source: readFileSync(join(from, folder, name)),
          });
    },
  };
}
