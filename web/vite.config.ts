import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { precompress } from "./build/precompress.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `npm run dev` talks to a server on this machine; start one with `make serve`. */
const SERVER = process.env.EARTHSHINE_URL ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), tailwindcss(), precompress()],
  resolve: { alias: { "@": here("./src") } },
  build: {
    outDir: here("../src/earthshine/web_assets"),
    emptyOutDir: true,
    target: "es2022",
    // A strict Content-Security-Policy allows no data: URLs in scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { index: here("./index.html"), diagram: here("./diagram.html") } },
  },
  server: { proxy: { "/v1": { target: SERVER, changeOrigin: false, ws: true } } },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test-setup.ts"] },
});
