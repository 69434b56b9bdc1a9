import { useEffect, useEffectEvent, useState } from "react";
import type { AnnotationLabel } from "../api/types";
import type { Marking } from "../marking/marking";
import { useMarking } from "../marking/useMarking";
import type { Mark, MarkStart } from "../marking/marks";
import { takesKeys } from "../viewport/keys";
import { type Answers, drawnLabels, toolsOf } from "./marks";

/** What is drawn and answered on a case, and what changes it. */
export interface Labelled {
  marking: Marking;
  answers: Answers;
  answer: (key: string, value: string | null) => void;
  /** Takes a label in hand, or goes on to its next answer. */
  choose: (label: AnnotationLabel) => void;
  /** Begins anew from other drawings and answers. */
  begin: (marks: readonly MarkStart[], answers: Answers) => void;
}

/** Lets somebody draw and answer the labels of a list; keys 1 to 9 choose among them. */
export function useLabels(options: {
  labels: readonly AnnotationLabel[];
  start: readonly MarkStart[];
  answers: Answers;
  changed: (marks: readonly Mark[], answers: Answers) => void;
}): Labelled {
  const { labels } = options;
  const [drawn] = useState(() => drawnLabels(labels));
  const [answers, setAnswers] = useState(options.answers);
  const marking = useMarking({
    on: drawn.length > 0,
    labels: drawn,
    tools: (label) => toolsOf(labels, label),
    start: options.start,
    changed: (marks) => options.changed(marks, answers),
  });
  const { tool, setTool } = marking;
  const answer = (key: string, value: string | null) => {
    const { [key]: _, ...rest } = answers;
    const next = value === null ? rest : { ...rest, [key]: value };
    setAnswers(next);
    options.changed(marking.marks, next);
  };
  const choose = (chosen: AnnotationLabel) => {
    if (chosen.kind !== "case") {
      marking.setLabel(chosen.key);
      if (tool === null) setTool(toolsOf(labels, chosen.key)[0] ?? null);
      return;
    }
    const given = chosen.answers ?? [];
    const at = given.indexOf(answers[chosen.key] ?? "");
    answer(chosen.key, given[at + 1] ?? null);
  };
  useNumbers((n) => {
    const chosen = labels[n - 1];
    if (chosen) choose(chosen);
  });
  const begin: Labelled["begin"] = (marks, said) => {
    marking.reset(marks);
    setAnswers(said);
  };
  return { marking, answers, answer, choose, begin };
}

/** Keys 1 to 9, before the viewer's own: here they choose labels. */
function useNumbers(act: (n: number) => void): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
    const beside = event.target instanceof Element && event.target.closest("dialog");
    if (!plain || beside || !/^[1-9]$/.test(event.key) || takesKeys(event.target, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    act(Number(event.key));
  });
  useEffect(() => {
    window.addEventListener("keydown", pressed, { capture: true });
    return () => window.removeEventListener("keydown", pressed, { capture: true });
  }, []);
}
