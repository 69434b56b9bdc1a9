import type {
  CorrectionEntry,
  Corrections,
  Drawn,
  EvidencePlace,
  FindingEntry,
  ReadFinding,
} from "../api/types";

/** What readers say of a finding. */
export interface Read extends Pick<ReadFinding, "added" | "state" | "value" | "text" | "by" | "at"> {
  /** What stands of all that was said of it, in order. */
  words: readonly CorrectionEntry[];
  /** Whether a reader spoke of its value, and not only of what is drawn. */
  valueSaid: boolean;
  /** The model's places that a reader's drawing took the place of. */
  replaced: readonly EvidencePlace[];
}

/**
 * A finding as it stands: level and evidence after the readers' corrections, everything else the
 * model's own. One that a reader added has a negative `id`, and no model's values.
 */
export type StandingFinding = FindingEntry & { readonly read?: Read };

const OF_VALUE = new Set(["accept", "reject", "grade", "call"]);

/** The words of a study that stand: neither taken back nor said anew. */
export function standingWords(corrections: Corrections): CorrectionEntry[] {
  return corrections.corrections.filter((one) => !one.superseded && one.kind !== "withdraw");
}

/** Findings as they stand; the models' own while nobody's corrections are known. */
export function standingFindings(
  findings: readonly FindingEntry[],
  corrections: Corrections | undefined,
): StandingFinding[] {
  if (!corrections) return [...findings];
  const words = standingWords(corrections);
  const models = new Map(corrections.findings.map((one) => [one.finding, one]));
  const standing = findings.map((finding): StandingFinding => {
    const read = models.get(finding.id);
    return read ? ofModel(finding, read, words.filter((one) => one.finding === finding.id)) : finding;
  });
  const places = placesOfLevels(corrections);
  const added = corrections.findings.filter((one) => one.added !== null);
  return [
    ...standing,
    ...added.map((one) => {
      const of = words.filter((word) => word.id === one.added || word.added === one.added);
      return ofReader(one, of, places.get(one.level ?? "") ?? null);
    }),
  ];
}

function ofModel(
  finding: FindingEntry,
  read: ReadFinding,
  words: readonly CorrectionEntry[],
): StandingFinding {
  const drawn = drawnBy(words);
  const isReplaced = (place: EvidencePlace) => drawn.has(keyOf(place));
  const own = finding.evidence.filter((place) => !isReplaced(place));
  return {
    ...finding,
    level: read.level,
    evidence: [...own, ...[...drawn.values()].map(placeOf)],
    read: readOf(read, words, finding.evidence.filter(isReplaced)),
  };
}

function ofReader(
  read: ReadFinding,
  words: readonly CorrectionEntry[],
  index: number | null,
): StandingFinding {
  const drawn = drawnBy(words);
  const first = read.drawn.filter((one) => !drawn.has(keyOf(one.place)));
  return {
    id: -(read.added ?? 0),
    analysis: "",
    key: `added/${read.added}`,
    name: read.name,
    title: read.title,
    level: read.level,
    index_from_caudal: index,
    value: null,
    grades: null,
    text: read.text,
    probability: null,
    probabilities: null,
    threshold: null,
    abstained: false,
    abstention: null,
    operating_point: null,
    evidence: [...first, ...drawn.values()].map(placeOf),
    read: readOf(read, words, []),
  };
}

function readOf(
  { added, state, value, text, by, at }: ReadFinding,
  words: readonly CorrectionEntry[],
  replaced: readonly EvidencePlace[],
): Read {
  const valueSaid = added !== null || words.some(({ kind }) => OF_VALUE.has(kind));
  return { added, state, value, text, by, at, words, valueSaid, replaced };
}

/** Of each frame the last outline or box that a reader drew. */
function drawnBy(words: readonly CorrectionEntry[]): Map<string, Drawn> {
  const frames = new Map<string, Drawn>();
  for (const { kind, drawn } of words) {
    if (drawn && (kind === "outline" || kind === "box")) frames.set(keyOf(drawn.place), drawn);
  }
  return frames;
}

function placeOf({ place, outline, box }: Drawn): EvidencePlace {
  return { ...place, slice: 0, outline: outline ?? [], box: box ?? null };
}

function keyOf({ instance_uid, frame }: { instance_uid: string; frame: number }): string {
  return `${instance_uid}#${frame}`;
}

/** Where in the chain a level lies, by the names as they stand. */
function placesOfLevels({ levels }: Corrections): Map<string, number> {
  const named = Object.values(levels).flatMap((names) => Object.entries(names));
  return new Map(named.toReversed().map(([index, name]) => [name, Number(index)]));
}

/**
 * Gives what a run called a disc as it is called now.
 *
 * @returns A function of a run and of the model's name of a disc, or its number from caudal.
 */
export function levelNames(
  findings: readonly FindingEntry[],
  corrections: Corrections | undefined,
): (analysis: string, name: string) => string {
  const names = new Map<string, string>();
  for (const [analysis, discs] of Object.entries(corrections?.levels ?? {})) {
    for (const [index, now] of Object.entries(discs)) {
      if (!now) continue;
      names.set(`${analysis}/${index}`, now);
      for (const finding of findings) {
        const same = finding.analysis === analysis && finding.index_from_caudal === Number(index);
        if (same && finding.level) names.set(`${analysis}/${finding.level}`, now);
      }
    }
  }
  return (analysis, name) => names.get(`${analysis}/${name}`) ?? name;
}
