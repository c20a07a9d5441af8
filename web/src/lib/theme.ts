/** Light, dark or the system's; applied before the first paint by `public/early.js`, and from here when it changes. */
export type Theme = "light" | "dark" | "system";

const KEPT = "earthshine.theme";
const system = () => window.matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setTheme(theme: Theme): void {
  localStorage.setItem(KEPT, theme);
  applyTheme();
}

export function applyTheme(): void {
  const theme = chosenTheme();
  const dark = theme === "dark" || (theme === "system" && system().matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

/** Follows the system's theme while the choice is "system". */
export function followSystemTheme(): void {
  system().addEventListener("change", applyTheme);
}
