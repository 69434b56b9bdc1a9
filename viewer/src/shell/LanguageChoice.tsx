import type { ReactNode } from "react";
import { useEntrance } from "../session/session";
import { isLanguage, useWords, type Word } from "../words";
import { useToasts } from "./toasts";

/** The language of the page, each named in itself. */
export function LanguageChoice({ label = "shell.language" }: { label?: Word }): ReactNode {
  const { say, language } = useWords();
  const { choose } = useEntrance();
  const toasts = useToasts();
  return (
    <select
      className="bar-language"
      aria-label={say(label)}
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
