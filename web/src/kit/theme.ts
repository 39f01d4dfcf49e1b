// Day, night, or what the phone says. The attribute on <html> is what the style sheets read.
export type Theme = "auto" | "light" | "dark";

const STORED = "warung.theme";
const night = matchMedia("(prefers-color-scheme: dark)");

/** The choice made on this device. */
export function theme(): Theme {
  const kept = localStorage.getItem(STORED);
  return kept === "light" || kept === "dark" ? kept : "auto";
}

/** Choose a theme and show it at once. */
export function setTheme(choice: Theme): void {
  localStorage.setItem(STORED, choice);
  apply();
}

function apply(): void {
  const choice = theme();
  const shown = choice === "auto" ? (night.matches ? "dark" : "light") : choice;
  document.documentElement.dataset.theme = shown;
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]"))
    meta.content = shown === "dark" ? "#15120f" : "#eff2e9";
}

/** Show the kept theme, and follow the phone from now on. */
export function startTheme(): void {
  apply();
  night.addEventListener("change", apply);
}
