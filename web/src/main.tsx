import { StrictMode } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import { App } from "@/app/App";
import { prepare } from "@/app/Routes";
import { at, pagePath } from "@/lib/base";
import "@/app/styles.css";
import { startI18n } from "@/lib/i18n";
import { applyTheme, followSystemTheme } from "@/lib/theme";

/** How long a page may stay empty while what it needs is on its way. */
const PATIENCE_MS = 500;

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

applyTheme();
followSystemTheme();
// A page drawn at once as a whole: whatever stands in for it would stay for 300 ms, as React shows no flicker.
const whole = prepare(pagePath()).catch(() => undefined);
await startI18n();
await Promise.race([whole, new Promise((late) => setTimeout(late, PATIENCE_MS))]);
const app = createRoot(root);
// In one go: there is nothing yet that must stay quick meanwhile.
flushSync(() =>
  app.render(
    <StrictMode>
      <App />
    </StrictMode>,
  ),
);

if ("serviceWorker" in navigator && import.meta.env.PROD) void navigator.serviceWorker.register(at("/sw.js"));
