import type { ReactNode } from "react";
import { useWords, type Word } from "../words";

/** Keys, and the word that says what they do. */
export type KeyLines = readonly (readonly [readonly string[], Word])[];

/** What keys do, line by line. */
export function KeyList({ lines, className }: { lines: KeyLines; className: string }): ReactNode {
  const { say } = useWords();
  return (
    <dl className={className}>
      {lines.map(([keys, word]) => (
        <div key={word}>
          <dt>
            {keys.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dt>
          <dd>{say(word)}</dd>
        </div>
      ))}
    </dl>
  );
}
