import { useState } from "react";
import type { StudyDetail, Terms } from "../api/types";
import type { StandingFinding } from "../findings/standing";
import type { Marking } from "../marking/marking";
import { useKeys } from "../viewport/keys";
import { useWords } from "../words";
import { type Act, accepting, acceptable, agreeing, disagreeing, grading } from "./acts";
import { type Draft, NO_DRAFT } from "./draft";
import type { Correcting } from "./useCorrections";
import { type Drawing, useDrawing } from "./useDrawing";
import { useTerms } from "./useTerms";
import { again, ownValue } from "./words";

/** All that the panel of findings needs to let its reader correct. */
export interface Correct {
  correcting: Correcting;
  terms: Terms;
  detail: StudyDetail;
  findings: readonly StandingFinding[];
  /** Does what one press says, with the note that was typed for the finding. */
  press: (act: Act, finding: StandingFinding) => void;
  grade: (grade: number, finding: StandingFinding) => void;
  acceptAll: (findings: readonly StandingFinding[]) => void;
  /** The note that was typed for a finding and is not kept yet. */
  noteOf: (finding: StandingFinding) => string;
  setNote: (finding: StandingFinding, note: string) => void;
  keepNote: (finding: StandingFinding) => void;
  drawing: Drawing;
  marking: Marking;
  /** A finding that is being added; what was typed stays until it is kept. */
  draft: Draft | null;
  setDraft: (draft: Draft | null) => void;
  /** Begins to add a finding, at the level of the chosen one. */
  startDraft: () => void;
  renumbering: boolean;
  setRenumbering: (open: boolean) => void;
}

/**
 * Corrections on the page of a study: acts of the rows, keys, notes, drawing.
 *
 * @param on - Whether the findings are in front, so that keys mean them.
 */
export function useCorrect({
  detail,
  findings,
  correcting,
  selected,
  on,
}: {
  detail: StudyDetail;
  findings: readonly StandingFinding[];
  correcting: Correcting;
  selected: number | null;
  on: boolean;
}): Correct {
  const words = useWords();
  const terms = useTerms();
  const [notes, setNotes] = useState<ReadonlyMap<number, string>>(new Map());
  const [draft, setDraft] = useState<Draft | null>(null);
  const [renumbering, setRenumbering] = useState(false);
  const { drawing, marking } = useDrawing(correcting);
  const noteOf = ({ id, read }: StandingFinding) =>
    notes.get(id) ?? read?.words.findLast(({ mine, note }) => mine && note)?.note ?? "";
  const setNote = ({ id }: StandingFinding, note: string) =>
    setNotes((before) => new Map(before).set(id, note));
  const forget = ({ id }: StandingFinding) =>
    setNotes((before) => new Map([...before].filter(([of]) => of !== id)));
  const named = ({ title, level }: StandingFinding) => ({ title, level: level ?? "" });
  const say = async (
    finding: StandingFinding,
    statement: Parameters<Correcting["say"]>[0][number],
    told: string,
  ) => {
    const note = statement.kind === "withdraw" ? "" : noteOf(finding).trim();
    if (await correcting.say([{ ...statement, note }], told)) forget(finding);
  };
  const press = ({ name, statement, said }: Act, finding: StandingFinding) => {
    const done = said ? "withdraw" : name;
    void say(finding, statement, words.say(`corrections.done.${done}`, named(finding)));
  };
  const chosen = findings.find(({ id }) => id === selected);
  const startDraft = () =>
    setDraft((before) => before ?? { ...NO_DRAFT, level: chosen?.level ?? "" });
  const able = on && correcting.may && !marking.on && correcting.corrections !== undefined;
  const pressed = (actOf: typeof agreeing) => () => {
    const act = chosen ? actOf(chosen, terms) : null;
    if (chosen && act) press(act, chosen);
  };
  useKeys(
    able
      ? {
          y: pressed(agreeing),
          x: pressed(disagreeing),
          c: focusForm,
          u: () => correcting.undo?.(),
          g: () => setRenumbering(true),
          m: startDraft,
        }
      : {},
  );
  return {
    ...{ correcting, terms, detail, findings, press, noteOf, setNote, drawing, marking },
    ...{ draft, setDraft, startDraft, renumbering, setRenumbering },
    grade: (grade, finding) => {
      const statement = grading(grade, finding);
      const text = words.say("finding.gradeOf", { grade });
      const told =
        statement.kind === "withdraw"
          ? words.say("corrections.done.withdraw", named(finding))
          : words.say("corrections.done.grade", { ...named(finding), grade: text });
      void say(finding, statement, told);
    },
    keepNote: (finding) => {
      const own = ownValue(finding);
      if (!own) return;
      const told = words.say("corrections.done.note", named(finding));
      void say(finding, { ...again(own), supersedes: own.id }, told);
    },
    acceptAll: (some) => {
      const { findings: open, below } = acceptable(some);
      const told = words.count("corrections.accepted", open.length, { below });
      void correcting.say(accepting(open), told);
    },
  };
}

/** Puts the keyboard into the form of the chosen finding. */
function focusForm(): void {
  document
    .querySelector<HTMLElement>(".correcting button, .correcting textarea")
    ?.focus({ preventScroll: false });
}
