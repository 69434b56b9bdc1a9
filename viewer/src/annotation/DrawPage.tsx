import { type ReactNode, useCallback, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { Link, useNavigate, useParams } from "react-router";
import type { CaseToDraw } from "../api/types";
import { closeOutline } from "../marking/holdOutline";
import { MarkToolbar } from "../marking/MarkToolbar";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useToasts } from "../shell/toasts";
import { useEngine } from "../viewport/engine";
import type { Frame } from "../viewport/frames";
import { useWords } from "../words";
import { askCase } from "./ask";
import { CaseImages, useCaseFrames } from "./CaseImages";
import { CaseSteps } from "./CaseSteps";
import { LabelList } from "./LabelList";
import { answersOf, marksFor, slicesOf, startsOf, unanswered } from "./marks";
import { Kept } from "./Kept";
import { Unjudged } from "./Unjudged";
import { useAsked } from "./useAsked";
import { useLabels } from "./useLabels";
import { useSaving } from "./useSaving";
import { useSpent } from "./useSpent";

/** One case of one's own, to draw on. */
export function DrawPage(): ReactNode {
  const { id } = useParams();
  const loaded = useAsked(useMemo(() => askCase(Number(id)), [id]));
  const [again, setAgain] = useState(0);
  if (loaded.problem && !loaded.data) {
    return (
      <div className="page">
        <Failure problem={loaded.problem} again={loaded.reload} />
      </div>
    );
  }
  if (!loaded.data || loaded.data.id !== Number(id) || loaded.loading) return <Waiting />;
  return (
    <Drawing
      key={`${id} ${again}`}
      given={loaded.data}
      reload={() => {
        setAgain(again + 1);
        loaded.reload();
      }}
    />
  );
}

const NOTHING = { shapes: [], labels: [] };

function Drawing({ given, reload }: { given: CaseToDraw; reload: () => void }): ReactNode {
  const { say } = useWords();
  const { engine } = useEngine();
  const toasts = useToasts();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const { work, of_list: list } = given;
  const labels = list.labels;
  const starts = useMemo(() => startsOf(work.marks), [work.marks]);
  const saving = useSaving(given.id, work, useSpent(work.spent_s ?? 0));
  const labelled = useLabels({
    labels,
    start: starts,
    answers: answersOf(work.marks),
    changed: (marks, answers) => saving.drew(marksFor(marks, answers)),
  });
  const frames = useCaseFrames(given.study_uid, given.series, engine);
  const begin = useCallback((known: readonly Frame[]) => middle(slicesOf(starts, known), known), [starts]);

  const go = (to: number | null) =>
    void navigate(to === null ? "/annotation" : `/annotation/cases/${to}`);
  async function finish(state: "done" | "unjudged", reason = "") {
    const open = state === "done" && unanswered(labels, labelled.answers);
    if (open) return toasts.tell(say("annotation.answer.first", { name: open.name }));
    // Whoever goes on without having closed the outline means it as it is.
    flushSync(() => closeOutline(labelled.marking, false));
    if (!(await saving.save({ state, reason }))) return;
    const left = list.next === given.id ? given.following : (given.following ?? list.next);
    if (left === null) toasts.tell(say("annotation.list.done"));
    go(left);
  }
  const step = (by: 1 | -1) => {
    if (asking) return;
    if (by === 1) void finish("done");
    else if (given.previous !== null) go(given.previous);
  };

  return (
    <div className="annotating">
      <header className="annotating-head">
        <Link to="/annotation" className="button plain">
          {say("annotation.back")}
        </Link>
        <h1>
          {list.name}: {given.name}
        </h1>
        <p>{say("annotation.position", { at: given.position, all: list.cases })}</p>
        <p>{say("annotation.doneOf", { done: list.done, all: list.cases })}</p>
        <Kept state={saving.state} again={() => void saving.again()} reload={reload} />
      </header>
      <div className="annotating-images">
        <CaseImages
          {...{ frames, engine, begin, step }}
          marking={labelled.marking}
          drawing={() => NOTHING}
        />
      </div>
      <div className="annotating-side">
        {/* The labels have a list of their own, with what was drawn of each. */}
        <MarkToolbar marking={{ ...labelled.marking, labels: [] }} />
        <LabelList {...{ labels, labelled, frames }} />
        {work.state === "unjudged" ? (
          <p className="annotating-note">
            {say("annotation.unjudged.now", { reason: work.reason ?? "" })}
          </p>
        ) : null}
        <div className="annotating-acts">
          <button type="button" className="button primary" onClick={() => void finish("done")}>
            {say("annotation.done")} <kbd>N</kbd>
          </button>
          <button type="button" className="button" onClick={() => setAsking(true)}>
            {say("annotation.unjudged")}
          </button>
          <CaseSteps given={given} go={go} />
        </div>
        <p className="hint">{say("annotation.keys")}</p>
      </div>
      {asking ? (
        <Unjudged
          close={() => setAsking(false)}
          first={work.reason ?? ""}
          keep={(reason) => finish("unjudged", reason)}
        />
      ) : null}
    </div>
  );
}

/** The slice in the middle of those that were drawn on, else of all. */
export function middle(slices: readonly number[], known: readonly Frame[]): number {
  const drawn = slices[slices.length >> 1];
  return drawn === undefined ? Math.max(0, (known.length - 1) >> 1) : drawn - 1;
}
