import type { MapPlace, Overlays } from "../api/types";
import type { DrawnMap } from "../viewport/drawing";
import type { StandingFinding } from "./standing";

/** Where a run's map of one slice is had. */
function hrefOf({ analysis, file }: MapPlace): string {
  return `/api/v1/analyses/${encodeURIComponent(analysis)}/maps/${encodeURIComponent(file)}`;
}

/**
 * The maps of a study that are drawn, with their places.
 *
 * Where the threshold is moved, a probability map is filled from there on in place of the outline
 * that was kept; at the bundle's own threshold the outline stands. A heat map is drawn as it is;
 * that of the chosen finding alone, if it has one.
 */
export function drawnMaps(
  overlays: Overlays,
  findings: readonly StandingFinding[],
  threshold: number | null,
  selected: number | null,
): { place: MapPlace; map: DrawnMap }[] {
  const places = overlays.maps ?? [];
  const chosen = findings.find(({ id }) => id === selected);
  const chosenHeat =
    chosen && places.some((place) => place.kind === "heat" && isOf(place, chosen)) ? chosen : null;
  return places.flatMap((place) => {
    const finding = findings.find((one) => isOf(place, one));
    if (!finding) return [];
    if (place.kind === "heat" && chosenHeat && finding !== chosenHeat) return [];
    if (place.kind === "probability" && threshold === null) return [];
    const { rows, columns } = place;
    const from = place.kind === "heat" ? null : threshold;
    return [{ place, map: { id: hrefOf(place), href: hrefOf(place), rows, columns, from } }];
  });
}

/** What is redrawn from a probability map where the threshold is moved, as `analysis/name`. */
export function redrawn(
  overlays: Overlays,
  findings: readonly StandingFinding[],
  threshold: number | null,
): ReadonlySet<string> {
  if (threshold === null) return new Set();
  const places = (overlays.maps ?? []).filter(({ kind }) => kind === "probability");
  const mapped = findings.filter((finding) => places.some((place) => isOf(place, finding)));
  return new Set(mapped.map(({ analysis, name }) => `${analysis}/${name}`));
}

function isOf(place: MapPlace, finding: StandingFinding): boolean {
  return place.analysis === finding.analysis && place.key === finding.key;
}
