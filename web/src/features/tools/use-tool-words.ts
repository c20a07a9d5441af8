import { useTranslation } from "react-i18next";

/** Tools that this app has words for; others are called by their type. */
const NAMED = [
  "web_search",
  "web_fetch",
  "browser",
  "code_interpreter",
  "shell",
  "file_search",
  "mcp",
] as const;

type Named = (typeof NAMED)[number];

function isNamed(type: string): type is Named {
  return (NAMED as readonly string[]).includes(type);
}

/** How a tool is called, and in one line what it does. */
export function useToolWords(): (type: string) => { name: string; about: string } {
  const { t } = useTranslation("tools");
  return (type) =>
    isNamed(type)
      ? { name: t(`name_${type}`), about: t(`about_${type}`) }
      : { name: type, about: t("about_added") };
}
