// Before the first paint: the theme and the direction that were in force last time, and who is signed in.
(() => {
  // Asked before the app's code is here; `features/session` takes the answer.
  if (!/^\/(s\/|invite|setup)/.test(location.pathname)) {
    window.earlySession = fetch("/v1/sessions/current", { credentials: "same-origin" });
    window.earlySession.catch(() => undefined);
  }
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("earthshine.theme") || "system";
    const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = dark ? "dark" : "light";
    const language = localStorage.getItem("earthshine.language");
    if (language) {
      root.lang = language;
      root.dir = language === "ar" ? "rtl" : "ltr";
    }
  } catch {
    root.dataset.theme = "light";
  }
})();
