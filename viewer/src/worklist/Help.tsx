import type { ReactNode } from "react";
import { Dialog } from "../shell/Dialog";
import { useWords, type Word } from "../words";

const KEYS: [string[], Word][] = [
  [["j", "↓"], "worklist.help.down"],
  [["k", "↑"], "worklist.help.up"],
  [["Home", "End"], "worklist.help.ends"],
  [["Enter"], "worklist.help.enter"],
  [["/"], "worklist.help.search"],
  [["[", "]"], "worklist.help.pages"],
  [["Esc"], "worklist.help.leave"],
  [["?"], "worklist.help.help"],
];

/** The keys of the worklist. */
export function Help({ close }: { close: () => void }): ReactNode {
  const { say } = useWords();
  return (
    <Dialog title={say("worklist.help")} close={close}>
      <dl className="keys">
        {KEYS.map(([keys, word]) => (
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
    </Dialog>
  );
}
