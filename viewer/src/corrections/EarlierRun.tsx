import { type ReactNode, useState } from "react";
import type { Corrections } from "../api/types";
import { Dialog } from "../shell/Dialog";
import { useWords } from "../words";
import { type Earlier, earlierWords } from "./earlier";
import { subjectOf, whatOf } from "./History";
import type { Correct } from "./useCorrect";

const SETTLED = new Set(["done", "refused", "failed", "cancelled"]);

/** Says that corrections of an earlier run do not hold for the present one, and offers what fits. */
export function EarlierRun({
  correct,
  corrections,
}: {
  correct: Correct;
  corrections: Corrections;
}): ReactNode {
  const { say, count } = useWords();
  const [open, setOpen] = useState(false);
  const earlier = earlierWords(corrections, correct.detail, correct.findings);
  // While a run is under way nothing says yet what of its findings fits.
  const settled = correct.detail.analyses.every(({ state }) => SETTLED.has(state));
  if (earlier.length === 0 || !settled) return null;
  return (
    <div className="notes notes-warned">
      <p>
        {count("corrections.earlier", earlier.length)}{" "}
        <button type="button" className="button small" onClick={() => setOpen(true)}>
          {say("corrections.earlier.look")}
        </button>
      </p>
      {open ? <EarlierDialog {...{ correct, earlier }} close={() => setOpen(false)} /> : null}
    </div>
  );
}

function EarlierDialog({
  correct,
  earlier,
  close,
}: {
  correct: Correct;
  earlier: readonly Earlier[];
  close: () => void;
}): ReactNode {
  const { say, count } = useWords();
  const { may, busy } = correct.correcting;
  const fitting = earlier.flatMap(({ statement }) => statement ?? []);
  const apply = async () => {
    const told = count("corrections.earlier.done", fitting.length);
    if (await correct.correcting.say(fitting, told)) close();
  };
  return (
    <Dialog title={say("corrections.earlier.title")} close={close}>
      <p className="hint">{say("corrections.earlier.what")}</p>
      <Entries
        title={say("corrections.earlier.fits")}
        earlier={earlier.filter(({ statement }) => statement)}
        correct={correct}
      />
      <Entries
        title={say("corrections.earlier.rest")}
        earlier={earlier.filter(({ statement }) => !statement)}
        correct={correct}
      />
      {may && fitting.length ? (
        <div className="dialog-acts">
          <button
            type="button"
            className="button primary"
            disabled={busy}
            onClick={() => void apply()}
          >
            {count("corrections.earlier.act", fitting.length)}
          </button>
        </div>
      ) : null}
    </Dialog>
  );
}

function Entries({
  title,
  earlier,
  correct,
}: {
  title: string;
  earlier: readonly Earlier[];
  correct: Correct;
}): ReactNode {
  const words = useWords();
  if (earlier.length === 0) return null;
  return (
    <section className="earlier" aria-label={title}>
      <h3>{title}</h3>
      <ul>
        {earlier.map(({ entry }) => (
          <li key={entry.id}>
            <b>{subjectOf(entry, correct)}</b>{" "}
            {words.say("corrections.earlier.was", { who: entry.by, what: whatOf(entry, words) })}
            {entry.note ? <q className="finding-note">{entry.note}</q> : null}
          </li>
        ))}
      </ul>
    </section>
  );
}
