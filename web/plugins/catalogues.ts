import type { Plugin } from "vite";

const CATALOGUE = /\/lib\/i18n\/(\w\w)\.ts$/;

/** Writes into the page where each language's messages are, so that `early.js` can ask for them before the app can. */
export function catalogues(): Plugin {
  return {
    name: "catalogues",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle, filename }) {
        if (!filename.endsWith("index.html")) return [];
        return Object.values(bundle ?? {}).flatMap((file) => {
          const language = file.type === "chunk" ? CATALOGUE.exec(file.facadeModuleId ?? "")?.[1] : undefined;
          if (!language) return [];
          const attrs = { name: "catalogue", lang: language, content: `/${file.fileName}` };
          return [{ tag: "meta", injectTo: "head-prepend" as const, attrs }];
        });
      },
    },
  };
}
