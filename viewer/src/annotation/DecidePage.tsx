import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { Link, useNavigate, useParams } from "react-router";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { AnonymousWork, CaseOfMany } from "../api/types";
import { closeOutline } from "../marking/holdOutline";
import { MarkToolbar } from "../marking/MarkToolbar";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { Waiting } from "../shell/Waiting";
import { useEngine } from "../viewport/engine";
import type { Frame } from "../viewport/frames";
import { useWords } from "../words";
import { AgreementTable } from "./AgreementTable";
import { askCaseOfMany } from "./ask";
import { CaseImages, useCaseFrames } from "./CaseImages";
import { CaseSteps } from "./CaseSteps";
import { Decisions } from "./Decisions";
import { middle } from "./DrawPage";
import { LabelList } from "./LabelList";
import { answersOf, drawingOf, marksFor, slicesOf, startsOf, unanswered } from "./marks";
import { Readers } from "./Readers";
import { useAsked } from "./useAsked";
import { useLabels } from "./useLabels";

/** One case as several drew it, to be decided. */
export function DecidePage(): ReactNode {
  const { id } = useParams();
  const loaded = useAsked(useMemo(() => askCaseOfMany(Number(id)), [id]));
  if (loaded.problem && !loaded.data) {
    return (
      <div className="page">
        <Failure problem={loaded.problem} again={loaded.reload} />
      </div>
    );
  }
  if (loaded.data?.id !== Number(id)) return <Waiting />;
  return <Deciding key={id} given={loaded.data} />;
}

function Deciding({ given }: { given: CaseOfMany }): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const { engine } = useEngine();
  const toasts = useToasts();
  const navigate = useNavigate();
  const last = given.decisions[0];
  const [shown, setShown] = useState<ReadonlySet<string>>(
    () => new Set(given.works.map(({ reader }) => reader)),
  );
  const [taken, setTaken] = useState<string | null>(last?.taken_from ?? null);
  const [note, setNote] = useState(last?.note ?? "");
  const [busy, setBusy] = useState(false);
  const frames = useCaseFrames(given.study_uid, given.series, engine);
  const first = useMemo(() => last?.marks ?? [], [last]);
  const labelled = useLabels({
    labels: given.labels,
    start: useMemo(() => startsOf(first), [first]),
    answers: answersOf(first),
    changed: () => undefined,
  });
  const begin = useCallback(
    (known: readonly Frame[]) => {
      const drawn = given.works.flatMap(({ marks }) => startsOf(marks));
      return middle(slicesOf(drawn, known), known);
    },
    [given.works],
  );
  const drawing = useCallback(
    (frame: Frame) => {
      const readings = given.works
        .filter(({ reader }) => shown.has(reader))
        .map(({ reader, marks }) => ({
          letter: reader,
          name: `reader-${colourOf(reader)}`,
          marks,
        }));
      return drawingOf(readings, frame);
    },
    [given.works, shown],
  );

  function take(work: AnonymousWork | null) {
    setTaken(work?.reader ?? null);
    labelled.begin(startsOf(work?.marks ?? []), answersOf(work?.marks ?? []));
  }
  // What a click closes is there before the page is drawn anew.
  const latest = useRef(labelled);
  useEffect(() => {
    latest.current = labelled;
  });
  async function decide() {
    if (busy || given.works.length === 0) return;
    flushSync(() => closeOutline(labelled.marking, false));
    const open = unanswered(given.labels, labelled.answers);
    if (open) return toasts.tell(say("annotation.answer.first", { name: open.name }));
    setBusy(true);
    const body = {
      edition: last?.edition ?? 0,
      taken_from: taken,
      state: "done" as const,
      note,
      marks: marksFor(latest.current.marking.marks, labelled.answers),
    };
    try {
      const params = { path: { case_id: given.id } };
      await answer(
        client.POST("/api/v1/annotation/cases/{case_id}/adjudication", { params, body }),
      );
      toasts.tell(say("annotation.decide.kept"));
      go(given.following);
    } catch (problem) {
      toasts.fail(problem);
    } finally {
      setBusy(false);
    }
  }
  const go = (to: number | null) =>
    void navigate(to === null ? `/annotation/decide/lists/${given.list_id}` : `/annotation/decide/${to}`);
  const step = (by: 1 | -1) => {
    if (by === 1) void decide();
    else if (given.previous !== null) go(given.previous);
  };

  return (
    <div className="annotating">
      <header className="annotating-head">
        <Link to={`/annotation/decide/lists/${given.list_id}`} className="button plain">
          {given.list_name}
        </Link>
        <h1>{given.name}</h1>
        {last ? <p>{say("annotation.decided.yes")}</p> : null}
      </header>
      <div className="annotating-images">
        <CaseImages {...{ frames, engine, begin, step, drawing }} marking={labelled.marking} />
      </div>
      <div className="annotating-side">
        <Readers {...{ given, shown, setShown, taken, take }} />
        {given.works.length > 1 ? (
          <section>
            <h2>{say("annotation.agreement.here")}</h2>
            <AgreementTable figures={given.agreement} labels={given.labels} brief />
          </section>
        ) : null}
        <section>
          <h2>{say("annotation.own")}</h2>
          <MarkToolbar marking={{ ...labelled.marking, labels: [] }} />
        </section>
        <LabelList labels={given.labels} labelled={labelled} frames={frames} />
        <label className="field">
          <span>{say("annotation.decide.note")}</span>
          <textarea
            className="input"
            rows={2}
            maxLength={2000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        </label>
        <div className="annotating-acts">
          <button
            type="button"
            className="button primary"
            disabled={busy || given.works.length === 0}
            onClick={() => void decide()}
          >
            {say("annotation.decide.now")} <kbd>N</kbd>
          </button>
          <CaseSteps given={given} go={go} />
        </div>
        <p className="hint">{say("annotation.keys.decide")}</p>
        <Decisions decisions={given.decisions} />
      </div>
    </div>
  );
}

/** One of the colours that the drawings have, by their letter. */
export function colourOf(reader: string): string {
  return "abcdef"[(reader.charCodeAt(reader.length - 1) - 65) % 6] ?? "a";
}
