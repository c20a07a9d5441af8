import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { catalogues } from "./plugins/catalogues.ts";
import { pdfResources } from "./plugins/pdf-resources.ts";
import { precompress } from "./plugins/precompress.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `npm run dev` talks to a server on this machine; start one with `make serve`. */
const SERVER = process.env.EARTHSHINE_URL ?? "http://127.0.0.1:8000";

const FRAME =
  /node_modules[\\/](react|react-dom|scheduler|@tanstack|i18next|react-i18next|@radix-ui|radix-ui|@floating-ui|wouter|openapi-fetch|clsx|use-sync-external-store|aria-hidden|react-remove-scroll|void-elements|html-parse-stringify)[\\/]/;

const SHARED =
  /web\/src\/(lib|components|app|features\/(session\/(index|me|SignedIn|sign-in)|settings\/(index|preferences|use-appearance)|shell\/|markdown\/load-on-demand|palette\/Shortcuts))(?!.*(\.css|i18n\/(en|ar|fr|zh)\.ts))/;

export default defineConfig({
  plugins: [react(), tailwindcss(), catalogues(), pdfResources(here(".")), precompress()],
  // What scripts and styles load is found from where they are; the page names its files from the root, and the server
  // puts the path of a proxy before them.
  experimental: {
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `/${file}` : { relative: true }),
  },
  resolve: { alias: { "@": here("./src") } },
  build: {
    outDir: here("../src/earthshine/web_assets"),
    emptyOutDir: true,
    target: "es2022",
    // A strict Content-Security-Policy allows no data: URLs in scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      input: {
        index: here("./index.html"),
        diagram: here("./diagram.html"),
        preview: here("./preview.html"),
      },
      output: {
        // What nearly every page needs comes in few files; everything else stays with the page that needs it.
        codeSplitting: {
          groups: [
            // Alone, because the diagrams' frame needs it too, and nothing else of the app must run there.
            { name: "preload", test: /vite[\\/]preload-helper/, priority: 3 },
            { name: "frame", test: FRAME, priority: 2 },
            { name: "icons", test: /node_modules[\\/]lucide-react/, priority: 2 },
            {
              name: "shared",
              test: SHARED,
              priority: 1,
            },
          ],
        },
      },
    },
  },
  server: {
    proxy: {
      "/v1": { target: SERVER, changeOrigin: false, ws: true },
      "/earthshine": { target: SERVER, changeOrigin: false },
      "/health": { target: SERVER, changeOrigin: false },
      "/ready": { target: SERVER, changeOrigin: false },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    // One process and one page for all files: starting those for each takes longer than the tests.
    isolate: false,
    unstubGlobals: true,
    restoreMocks: true,
  },
});
