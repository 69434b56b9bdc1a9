import { type ReactNode, useId, useState } from "react";
import type { AskedFinding, OwnCallValue, SilentRun } from "../api/types";
import { Dialog } from "../shell/Dialog";
import { useWords } from "../words";
import {
  askedAt,
  type Calls,
  countAt,
  keyOf,
  placesOf,
  valuesOf,
  withCall,
  withRestNo,
} from "./calls";

/** Asks a reader for their own call of what a silent bundle looks for. */
export function AskCall({
  run,
  keep,
}: {
  run: SilentRun;
  keep: (calls: OwnCallValue[]) => Promise<boolean>;
}): ReactNode {
  const { say, count } = useWords();
  const heading = useId();
  const places = placesOf(run.asked);
  const [place, setPlace] = useState(places.at(-1) ?? "");
  const [calls, setCalls] = useState<Calls>(new Map());
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    await keep(valuesOf(calls));
    setBusy(false);
    setSure(false);
  };
  const word = calls.size ? "ownCall.keep" : "ownCall.keepNone";
  return (
    <section className="own-call" aria-labelledby={heading}>
      <h3 id={heading}>{say("ownCall.title")}</h3>
      <p>{say("ownCall.why", { bundle: run.bundle })}</p>
      <p className="hint">{say(run.shown_to === "all" ? "ownCall.toAll" : "ownCall.toReader")}</p>
      {places.length > 1 ? (
        <div className="own-call-levels" role="group" aria-label={say("ownCall.levels")}>
          {places.map((one) => {
            const n = countAt(calls, one);
            const level = one || say("ownCall.study");
            return (
              <button
                key={one}
                type="button"
                aria-pressed={one === place}
                aria-label={count("ownCall.calledHere", n, { level })}
                onClick={() => setPlace(one)}
              >
                {level}
                {n ? <span className="own-call-count">{n}</span> : null}
              </button>
            );
          })}
        </div>
      ) : null}
      <div className="own-call-findings">
        {askedAt(run.asked, place).map((asked) => (
          <CallOf
            key={keyOf(asked.name, place)}
            asked={asked}
            value={calls.get(keyOf(asked.name, place)) ?? null}
            set={(value) => setCalls(withCall(calls, keyOf(asked.name, place), value))}
          />
        ))}
      </div>
      <div className="own-call-acts">
        {askedAt(run.asked, place).length ? (
          <button
            type="button"
            className="button plain"
            onClick={() => setCalls(withRestNo(calls, run.asked, place))}
          >
            {say("ownCall.restNo")}
          </button>
        ) : null}
        <span className="hint" aria-live="polite">
          {count("ownCall.called", calls.size)}
        </span>
        <button type="button" className="button primary" onClick={() => setSure(true)}>
          {say(word)}
        </button>
      </div>
      {sure ? (
        <Dialog title={say("ownCall.sure")} close={() => setSure(false)}>
          <p>{say("ownCall.sure.what", { bundle: run.bundle })}</p>
          <p>{count("ownCall.called", calls.size)}</p>
          <button
            type="button"
            className="button primary"
            disabled={busy}
            onClick={() => void send()}
          >
            {say(word)}
          </button>
        </Dialog>
      ) : null}
    </section>
  );
}

function CallOf({
  asked,
  value,
  set,
}: {
  asked: AskedFinding;
  value: boolean | number | null;
  set: (value: boolean | number | null) => void;
}): ReactNode {
  const { say } = useWords();
  const name = useId();
  const worth: [boolean | number, string][] = asked.grades.length
    ? asked.grades.map((grade) => [grade, String(grade)])
    : [
        [false, say("ownCall.no")],
        [true, say("ownCall.yes")],
      ];
  const options: [boolean | number | null, string][] = [[null, "–"], ...worth];
  return (
    <fieldset className="own-call-of">
      <legend>{asked.title}</legend>
      <div>
        {options.map(([option, text]) => (
          <label key={text} title={option === null ? say("ownCall.notCalled") : undefined}>
            <input
              type="radio"
              name={name}
              checked={value === option}
              aria-label={option === null ? say("ownCall.notCalled") : undefined}
              onChange={() => set(option)}
            />
            <span aria-hidden={option === null}>{text}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
