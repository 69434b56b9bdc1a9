import type { CorrectionEntry, Corrections, FindingEntry, StudyDetail } from "../api/types";
import type { StandingFinding } from "../findings/standing";
import { standingWords } from "../findings/standing";
import { again, of, type Statement } from "./words";

/** A correction of an earlier run, and what of it can be said of the present one. */
export interface Earlier {
  entry: CorrectionEntry;
  /** `null` where no finding fits. */
  statement: Statement | null;
}

/**
 * What stands of the corrections of runs that another has followed.
 *
 * A value is said again of the finding with the same name at the same disc and level, as the models
 * named it both times, unless a reader has spoken of it or it says the same by itself. An accepted value is
 * given as a grade or call where the present run says otherwise; a rejection holds for the value
 * that was rejected alone. Of several readers' words on one finding the last is taken.
 */
export function earlierWords(
  corrections: Corrections,
  detail: Pick<StudyDetail, "analyses" | "findings">,
  findings: readonly StandingFinding[],
): Earlier[] {
  const runs = new Set(detail.analyses.map(({ id }) => id));
  const old = standingWords(corrections).filter(({ analysis }) => analysis && !runs.has(analysis));
  const last = new Map(old.map((entry) => [topicOf(entry), entry]));
  return [...last.values()].flatMap((entry) => {
    const statement = refit(entry, detail.findings, findings);
    return statement === undefined ? [] : [{ entry, statement }];
  });
}

function topicOf({ kind, finding, analysis, drawn }: CorrectionEntry): string {
  if (kind === "level") return `levels ${analysis}`;
  if (kind === "outline" || kind === "box") {
    return `${kind} ${finding} ${drawn?.place.instance_uid} ${drawn?.place.frame}`;
  }
  return `value ${finding}`;
}

/** `undefined` where a reader has spoken of the present finding already: then nothing is left. */
function refit(
  entry: CorrectionEntry,
  models: readonly FindingEntry[],
  findings: readonly StandingFinding[],
): Statement | null | undefined {
  const before = entry.of_model;
  if (!before) return null;
  const model = models.find(
    ({ name, level, index_from_caudal }) =>
      name === before.name &&
      level === before.level &&
      index_from_caudal === before.index_from_caudal,
  );
  const fits = findings.find(({ id }) => id === model?.id);
  if (!fits) return null;
  const said: Statement = { ...again(entry), ...of(fits) };
  if (entry.kind === "outline" || entry.kind === "box") {
    const drawn = fits.read?.words.some((word) => word.kind === entry.kind) ?? false;
    return drawn ? undefined : said;
  }
  if (fits.read?.valueSaid) return undefined;
  if (entry.kind === "accept") return accepted(before.value, fits, said);
  if (entry.kind === "reject") return fits.value === before.value ? said : null;
  return said;
}

function accepted(
  value: number | boolean | null,
  fits: StandingFinding,
  said: Statement,
): Statement | null {
  if (value === null) return null;
  if (fits.value === value) return said;
  const { note } = said;
  return typeof value === "number"
    ? { kind: "grade", grade: value, note: note ?? "", ...of(fits) }
    : { kind: "call", positive: value, note: note ?? "", ...of(fits) };
}
