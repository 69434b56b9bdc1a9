import type { ReactNode } from "react";
import type { CorrectionEntry } from "../api/types";
import { useWords, type Word, type Words } from "../words";
import type { Correct } from "./useCorrect";

/** What was said, by whom and when, the latest first; what was taken back stays, struck. */
export function History({
  title,
  entries,
  correct,
}: {
  title: "corrections.history" | "corrections.historyOf";
  entries: readonly CorrectionEntry[];
  correct: Pick<Correct, "terms" | "detail">;
}): ReactNode {
  const words = useWords();
  if (entries.length === 0) return null;
  const known = new Map(entries.map((one) => [one.id, one]));
  const runs = new Set(correct.detail.analyses.map(({ id }) => id));
  const withdrawn = new Set(
    entries.flatMap(({ kind, supersedes }) => (kind === "withdraw" ? (supersedes ?? []) : [])),
  );
  return (
    <details className="history">
      <summary>{words.say(title, { n: entries.length })}</summary>
      <ol>
        {entries.toReversed().map((one) => (
          <li key={one.id} className={one.superseded ? "history-gone" : undefined}>
            <span className="history-what">
              {title === "corrections.historyOf" ? <b>{subjectOf(one, correct)} </b> : null}
              {whatOf(one, words, one.supersedes === null ? undefined : known.get(one.supersedes))}
            </span>
            <span className="history-who">
              {one.by}, <time dateTime={one.at}>{words.moment(one.at)}</time>
              {marksOf(one, runs, withdrawn).map((mark) => ` · ${words.say(mark)}`)}
            </span>
            {one.note ? <q className="finding-note">{one.note}</q> : null}
          </li>
        ))}
      </ol>
    </details>
  );
}

function marksOf(
  { id, analysis, superseded }: CorrectionEntry,
  runs: ReadonlySet<string>,
  withdrawn: ReadonlySet<number>,
): Word[] {
  const gone = withdrawn.has(id) ? "corrections.history.withdrawn" : "corrections.history.replaced";
  return [
    ...(superseded ? [gone as Word] : []),
    ...(analysis && !runs.has(analysis) ? ["corrections.history.earlier" as const] : []),
  ];
}

/** The finding that a correction is of, with its level as the model named it. */
export function subjectOf(
  { of_model, finding_added }: CorrectionEntry,
  { terms }: Pick<Correct, "terms">,
): string {
  const name = finding_added?.name;
  const title = of_model?.title ?? terms.findings.find((one) => one.name === name)?.title ?? name;
  return [title, of_model?.level ?? finding_added?.level].filter(Boolean).join(" ");
}

/**
 * What a correction says, in words.
 *
 * @param before - What it takes back or takes the place of, where that is known.
 */
export function whatOf(
  entry: CorrectionEntry,
  words: Pick<Words, "say">,
  before?: CorrectionEntry,
): string {
  const { say } = words;
  const text = entry.of_model?.text ?? "";
  const { kind, grade } = entry;
  if (kind === "withdraw" && before) {
    return say("corrections.kind.withdrawn", { what: whatOf(before, words) });
  }
  if (kind === "grade") {
    return text
      ? say("corrections.kind.grade", { grade: grade ?? "", text })
      : say("corrections.kind.grade.added", { grade: grade ?? "" });
  }
  if (kind === "call") {
    const call = entry.positive ? ("positive" as const) : ("negative" as const);
    return text
      ? say(`corrections.kind.${call}`, { text })
      : say(`corrections.kind.${call}.added`);
  }
  if (kind === "level") return say("corrections.kind.level", { names: namesOf(entry) });
  if (kind === "add") return say("corrections.kind.add", { text: valueOf(entry, say) });
  return say(`corrections.kind.${kind}`, { text });
}

function valueOf({ finding_added }: CorrectionEntry, say: Words["say"]): string {
  const value = finding_added?.value;
  if (typeof value === "number") return say("finding.gradeOf", { grade: value });
  return say(value ? "corrections.act.positive" : "corrections.act.negative");
}

function namesOf({ levels }: CorrectionEntry): string {
  return Object.values(levels ?? {}).join(", ");
}
