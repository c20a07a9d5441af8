// Before the first paint: the theme and the direction that were in force last time. And what the app will need first
// is asked for before its code is here: who is signed in, and the messages of the language.
(() => {
  const base = document.documentElement.dataset.base || "";
  // `features/session` takes the answer.
  if (!/^\/(s\/|invite|setup)/.test(location.pathname.slice(location.pathname.startsWith(base) ? base.length : 0))) {
    window.earlySession = fetch(base + "/earthshine/v1/sessions/current", { credentials: "same-origin" });
    window.earlySession.catch(() => undefined);
  }
  const root = document.documentElement;
  const catalogue = (language) => document.querySelector(`meta[name="catalogue"][lang="${language}"]`);
  const preload = (wanted) => {
    const known = wanted.map((tag) => tag.toLowerCase().split("-")[0]).find(catalogue) || "en";
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = catalogue(known)?.content || "";
    if (link.href) document.head.append(link);
  };
  try {
    const theme = localStorage.getItem("earthshine.theme") || "system";
    const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = dark ? "dark" : "light";
    const language = localStorage.getItem("earthshine.language");
    preload(language ? [language] : navigator.languages);
    if (language) {
      root.lang = language;
      root.dir = language === "ar" ? "rtl" : "ltr";
    }
  } catch {
    root.dataset.theme = "light";
  }
})();
