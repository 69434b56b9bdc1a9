import type { ReactNode } from "react";
import { useEntrance } from "../session/session";
import { isLanguage, useWords } from "../words";
import { useToasts } from "./toasts";

/** The language of the page, each named in itself. */
export function LanguageChoice(): ReactNode {
  const { say, language } = useWords();
  const { choose } = useEntrance();
  const toasts = useToasts();
  return (
    <select
      className="bar-language"
      aria-label={say("shell.language")}
      value={language}
      onChange={(event) => {
        if (isLanguage(event.target.value)) choose(event.target.value).catch(toasts.fail);
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
