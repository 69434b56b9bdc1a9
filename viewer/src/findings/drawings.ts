import type { EvidencePlace, LevelLabel, Overlays, StructureOutline } from "../api/types";
import { apart } from "../marking/rings";
import type { Place } from "../viewport/affine";
import {
  type Drawing,
  type DrawnMap,
  frameKey,
  type Label,
  type MeasuredSpan,
  type Shape,
} from "../viewport/drawing";
import { cornersOf, middleOf } from "../viewport/polygons";
import { drawnDecision } from "./decision";
import { drawnMaps, redrawn } from "./maps";
import type { StandingFinding } from "./standing";

/** What of a study is drawn. */
export interface DrawnChoice {
  threshold: number | null;
  /** Structures that are switched off. */
  hiddenStructures: ReadonlySet<string>;
  /** Findings that are switched off, by id. */
  hiddenFindings: ReadonlySet<number>;
  labels: boolean;
  /** Whether the lines are drawn that lengths were measured along. */
  measures?: boolean;
  /** Drawn whatever its decision is. */
  selected: number | null;
}

interface Building {
  shapes: Shape[];
  labels: Label[];
  maps: DrawnMap[];
  spans: MeasuredSpan[];
}

/** What is drawn over each frame of a study, by `frameKey`. */
export function drawingsOf(
  overlays: Overlays,
  findings: readonly StandingFinding[],
  choice: DrawnChoice,
): ReadonlyMap<string, Drawing> {
  const frames = new Map<string, Building>();
  const at = (place: { instance_uid: string; frame: number }): Building => {
    const key = frameKey(place.instance_uid, place.frame);
    const known = frames.get(key) ?? { shapes: [], labels: [], maps: [], spans: [] };
    frames.set(key, known);
    return known;
  };
  const ofLevel = findingsOfLevel(findings);
  const drawn = findings.filter((finding) => isDrawn(finding, choice));
  const fresh = redrawn(overlays, findings, choice.threshold);
  for (const { place, map } of drawnMaps(overlays, drawn, choice.threshold, choice.selected)) {
    at(place).maps.push(map);
  }
  overlays.structures.forEach((structure, number) => {
    if (choice.hiddenStructures.has(structure.structure)) return;
    if (fresh.has(`${structure.analysis}/${structure.structure}`)) return;
    at(structure).shapes.push({
      id: `structure-${number}`,
      kind: "structure",
      structure: structure.structure,
      level: structure.level,
      outlines: structure.outlines,
      findings: isDisc(structure.structure) ? (ofLevel.get(structure.level ?? "") ?? []) : [],
    });
  });
  for (const finding of drawn) {
    const moved = fresh.has(`${finding.analysis}/${finding.name}`) && !finding.read?.replaced.length;
    for (const place of moved ? [] : finding.evidence) addEvidence(at(place).shapes, finding, place);
    if (finding.id !== choice.selected) continue;
    for (const place of finding.read?.replaced ?? []) {
      addReplaced(at(place).shapes, finding, place);
    }
  }
  if (choice.measures) {
    (overlays.lines ?? []).forEach((line, number) => {
      const { name, points } = line;
      at(line).spans.push({ id: `${name}-${number}`, measure: name, ends: points });
    });
  }
  if (choice.labels) {
    for (const label of overlays.labels) at(label).labels.push(labelOf(label));
    for (const structure of overlays.structures) addOwnLabel(at(structure).labels, structure);
  }
  return frames;
}

/** What the model had drawn where a reader draws otherwise, seen while the finding is chosen. */
function addReplaced(shapes: Shape[], finding: StandingFinding, place: EvidencePlace): void {
  const outline = outlineOf(place);
  if (!outline) return;
  shapes.push({
    id: `replaced-${outline.join(";")}`,
    kind: "replaced",
    structure: finding.name,
    level: finding.level,
    outlines: apart(outline),
    findings: [],
  });
}

/** Whether a finding's evidence is drawn: where it is called or chosen, and not switched off. */
export function isDrawn(finding: StandingFinding, choice: DrawnChoice): boolean {
  if (finding.id === choice.selected) return true;
  if (choice.hiddenFindings.has(finding.id)) return false;
  return drawnDecision(finding, choice.threshold) === "called";
}

function isDisc(structure: string): boolean {
  return structure.includes("disc");
}

function labelOf({ level, row, column }: LevelLabel): Label {
  return { level, place: [row, column] };
}

/** A disc with a level on a frame that has no label for it yet is labelled in its middle. */
function addOwnLabel(labels: Label[], { structure, level, outlines }: StructureOutline): void {
  if (!level || !isDisc(structure) || labels.some((label) => label.level === level)) return;
  const place = middleOf(outlines);
  if (place) labels.push({ level, place });
}

function findingsOfLevel(findings: readonly StandingFinding[]): ReadonlyMap<string, number[]> {
  const levels = new Map<string, number[]>();
  for (const { id, level } of findings) {
    if (level) levels.set(level, [...(levels.get(level) ?? []), id]);
  }
  return levels;
}

/** The evidence's outline, else its box. */
export function outlineOf(place: EvidencePlace): readonly Place[] | null {
  if (place.outline.length > 1) return place.outline;
  return place.box ? cornersOf(place.box) : null;
}

/** Findings that point at one and the same outline are one shape. */
function addEvidence(shapes: Shape[], finding: StandingFinding, place: EvidencePlace): void {
  const outline = outlineOf(place);
  if (!outline) return;
  const id = `finding-${outline.join(";")}`;
  const same = shapes.findIndex((shape) => shape.id === id);
  const before = shapes[same];
  if (before) {
    shapes[same] = { ...before, findings: [...before.findings, finding.id] };
    return;
  }
  shapes.push({
    id,
    kind: "finding",
    structure: finding.name,
    level: finding.level,
    outlines: apart(outline),
    findings: [finding.id],
  });
}
