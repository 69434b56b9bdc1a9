import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Measured, MeasuredLevel, MeasureEntry } from "../api/types";
import { useWords, type Word } from "../words";

/** The columns of the table: their head, and the measures that stand in it beside each other. */
export const COLUMNS: readonly { word: Word; names: readonly string[] }[] = [
  {
    word: "measures.heights",
    names: ["disc-height-anterior", "disc-height-middle", "disc-height-posterior"],
  },
  { word: "measures.index", names: ["disc-height-index"] },
  { word: "measures.slip", names: ["vertebral-slip", "vertebral-slip-percent"] },
  { word: "measures.sac", names: ["thecal-sac-disc", "thecal-sac-body"] },
];

const DIGITS: Readonly<Record<string, number>> = { mm: 1, "%": 0, "1": 2 };
const MISSING = "–";

/** What the runs measured, a table a run, with what a prior study had where it differs. */
export function Measures({
  measured,
  nameOf,
}: {
  measured: readonly Measured[];
  /** The name of a run's disc as it stands. */
  nameOf: (analysis: string, name: string) => string;
}): ReactNode {
  const { say } = useWords();
  if (measured.length === 0) return null;
  return (
    <section className="measures" aria-label={say("measures.title")}>
      <h3>{say("measures.title")}</h3>
      {measured.map((one) => (
        <OfRun key={one.analysis} measured={one} nameOf={(name) => nameOf(one.analysis, name)} />
      ))}
    </section>
  );
}

function OfRun({
  measured,
  nameOf,
}: {
  measured: Measured;
  nameOf: (name: string) => string;
}): ReactNode {
  const { say } = useWords();
  const titleOf = ({ level, index_from_caudal, title }: MeasuredLevel) =>
    nameOf(level ?? `${index_from_caudal ?? ""}`) || title;
  return (
    <>
      <p className="measures-draft">{say("measures.draft")}</p>
      <div className="measures-scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{say("measures.level")}</th>
              {COLUMNS.map(({ word }) => (
                <th key={word} scope="col">
                  {say(word)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {measured.levels.map((level) => (
              <tr key={level.title}>
                <th scope="row">{isName(titleOf(level)) ? titleOf(level) : level.title}</th>
                {COLUMNS.map(({ word, names }) => (
                  <Cell key={word} entries={entriesOf(level, names)} />
                ))}
              </tr>
            ))}
          </tbody>
          <Repeatable levels={measured.levels} />
        </table>
      </div>
      <Grades levels={measured.levels} />
      <Missing levels={measured.levels} titleOf={titleOf} />
      <SincePrior measured={measured} />
      <details className="measures-how">
        <summary>{say("measures.how")}</summary>
        <p>{measured.note}</p>
      </details>
    </>
  );
}

/** A level's name, and not the number of a disc that has none. */
function isName(text: string): boolean {
  return !/^\d*$/.test(text);
}

export function entriesOf(level: MeasuredLevel, names: readonly string[]): MeasureEntry[] {
  return names.flatMap((name) => level.measures.filter((one) => one.name === name));
}

function Cell({ entries }: { entries: readonly MeasureEntry[] }): ReactNode {
  const { say } = useWords();
  const told = useTold();
  const changed = entries.filter(({ change }) => change === "beyond");
  const missing = entries.every(({ value }) => value === null);
  return (
    <td className={changed.length ? "measures-changed" : undefined}>
      {missing ? MISSING : entries.map((one) => told(one.value, one.unit)).join(" / ")}
      {changed.map((one) => (
        <small key={one.name}>{say("measures.was", { value: told(one.before, one.unit) })}</small>
      ))}
    </td>
  );
}

/** A number in the reader's notation; a share of the endplate has its sign, millimetres none. */
function useTold(): (value: number | null, unit: string) => string {
  const { language } = useWords();
  return (value, unit) => {
    if (value === null) return MISSING;
    const digits = DIGITS[unit] ?? 1;
    const text = value.toLocaleString(language, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    });
    return unit === "%" ? `${text} %` : text;
  };
}

/** How far two readings of one patient differ by themselves, under each column. */
function Repeatable({ levels }: { levels: readonly MeasuredLevel[] }): ReactNode {
  const { say } = useWords();
  const told = useTold();
  return (
    <tfoot>
      <tr>
        <th scope="row">{say("measures.repeatability")}</th>
        {COLUMNS.map(({ word, names }) => {
          const [first] = levels.map((level) => entriesOf(level, names)).filter((own) => own.length);
          const parts = (first ?? []).map((one) => told(one.repeatability, one.unit));
          return <td key={word}>{parts.length ? `± ${parts.join(" / ")}` : MISSING}</td>;
        })}
      </tr>
    </tfoot>
  );
}

function Grades({ levels }: { levels: readonly MeasuredLevel[] }): ReactNode {
  const graded = levels.flatMap((level) =>
    entriesOf(level, ["meyerding-grade"]).map((one) => ({ level, one })),
  );
  if (graded.length === 0) return null;
  return (
    <ul className="measures-said">
      {graded.map(({ level, one }) => (
        <li key={level.title}>
          {level.title}: {one.title} {one.text}
        </li>
      ))}
    </ul>
  );
}

/** Why numbers are missing: each reason once, with the levels that it is of. */
function Missing({
  levels,
  titleOf,
}: {
  levels: readonly MeasuredLevel[];
  titleOf: (level: MeasuredLevel) => string;
}): ReactNode {
  const reasons = new Map<string, Set<string>>();
  for (const level of levels) {
    for (const { reason } of level.measures) {
      if (!reason) continue;
      const own = titleOf(level);
      const of = reasons.get(reason.text) ?? new Set();
      reasons.set(reason.text, of.add(isName(own) ? own : level.title));
    }
  }
  if (reasons.size === 0) return null;
  return (
    <ul className="measures-said">
      {[...reasons].map(([text, of]) => (
        <li key={text}>
          {[...of].join(", ")}: {text}
        </li>
      ))}
    </ul>
  );
}

function SincePrior({ measured: { prior, caveats } }: { measured: Measured }): ReactNode {
  const { say, date } = useWords();
  return (
    <>
      {caveats.length ? (
        <ul className="measures-said">
          {caveats.map(({ subject, text }) => (
            <li key={`${subject} ${text}`}>{subject === "study" ? text : `${subject}: ${text}`}</li>
          ))}
        </ul>
      ) : null}
      {prior ? (
        <>
          <h4>
            {say("measures.prior")}{" "}
            <Link to={`/studies/${prior.study}`}>
              {prior.study_date ? date(prior.study_date) : say("measures.priorStudy")}
            </Link>
          </h4>
          <ul className="measures-said">
            {prior.said.map(({ subject, text }) => (
              <li key={`${subject} ${text}`}>{subject === "study" ? text : `${subject}: ${text}`}</li>
            ))}
          </ul>
        </>
      ) : null}
    </>
  );
}
