import { type ReactNode, useState } from "react";
import { Dialog } from "../shell/Dialog";
import { KeyList, type KeyLines } from "../shell/KeyList";
import { useKeys } from "../viewport/keys";
import { useWords, type Word } from "../words";

const OF_FINDINGS: KeyLines = [
  [["N", "B"], "keys.next"],
  [["Y"], "keys.accept"],
  [["X"], "keys.reject"],
  [["C"], "keys.change"],
  [["U"], "keys.undo"],
  [["G"], "keys.renumber"],
  [["M"], "keys.add"],
];
const OF_DRAWING: KeyLines = [
  [["D", "X", "T", "C"], "keys.draw.tools"],
  [["[", "]"], "keys.draw.size"],
  [["J"], "keys.draw.cursor"],
  [["↑", "↓", "←", "→"], "keys.draw.move"],
  [["Space"], "keys.draw.act"],
  [["Shift + ↑ ↓ ← →"], "keys.draw.line"],
  [["Enter"], "keys.draw.close"],
  [["Esc"], "keys.draw.escape"],
];
const READ_ONLY = 1;
const OF_IMAGES: KeyLines = [
  [["↑", "↓", "Page ↑", "Page ↓"], "keys.slices"],
  [["Home", "End"], "keys.ends"],
  [["1", "2", "4"], "keys.layout"],
  [["5", "…"], "keys.presets"],
  [["W", "S", "Z", "P"], "keys.tools"],
  [["L", "A", "E", "Q"], "keys.measure"],
  [["Del"], "keys.clear"],
  [["I", "F", "R"], "keys.look"],
  [["K"], "keys.link"],
  [["O"], "keys.overlays"],
  [["?"], "keys.help"],
];

/** The keys of a study's page: `?` shows them, and so does `show`. */
export function useKeysHelp(may: boolean): { show: () => void; dialog: ReactNode } {
  const [open, setOpen] = useState(false);
  const show = () => setOpen(true);
  useKeys({ "?": show });
  return { show, dialog: open ? <KeysHelp may={may} close={() => setOpen(false)} /> : null };
}

function KeysHelp({ may, close }: { may: boolean; close: () => void }): ReactNode {
  const { say } = useWords();
  return (
    <Dialog title={say("keys.title")} close={close}>
      <Keys title="keys.findings" lines={may ? OF_FINDINGS : OF_FINDINGS.slice(0, READ_ONLY)} />
      <Keys title="keys.images" lines={OF_IMAGES} />
      {may ? <Keys title="keys.drawing" lines={OF_DRAWING} /> : null}
    </Dialog>
  );
}

function Keys({ title, lines }: { title: Word; lines: KeyLines }): ReactNode {
  const { say } = useWords();
  return (
    <section>
      <h3>{say(title)}</h3>
      <KeyList className="study-keys" lines={lines} />
    </section>
  );
}
