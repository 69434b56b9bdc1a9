import type { ReactNode } from "react";
import { isLanguage, useWords } from "../words";

/** The language of the page, each named in itself. */
export function LanguageChoice(): ReactNode {
  const { say, language, setLanguage } = useWords();
  return (
    <select
      className="bar-language"
      aria-label={say("shell.language")}
      value={language}
      onChange={(event) => {
        if (isLanguage(event.target.value)) setLanguage(event.target.value);
      }}
    >
      <option value="en" lang="en">
        English
      </option>
      <option value="es" lang="es">
        Español
      </option>
    </select>
  );
}
