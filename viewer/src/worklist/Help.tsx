import type { ReactNode } from "react";
import { Dialog } from "../shell/Dialog";
import { KeyList, type KeyLines } from "../shell/KeyList";
import { useWords } from "../words";

const KEYS: KeyLines = [
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
      <KeyList className="keys" lines={KEYS} />
    </Dialog>
  );
}
