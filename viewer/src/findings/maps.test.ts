import { describe, expect, it } from "vitest";
import type { EvidencePlace, MapPlace, Overlays } from "../api/types";
import { frameKey } from "../viewport/drawing";
import { type DrawnChoice, drawingsOf } from "./drawings";
import { finding } from "./testing";

const FRAME = { series_uid: "s", instance_uid: "i", frame: 0 };
const OUTLINE: [number, number][] = [
  [1, 1],
  [1, 3],
  [3, 3],
];
const place: EvidencePlace = { ...FRAME, slice: 0, outline: OUTLINE, box: null };
const lesion = finding({
  id: 1,
  key: "lesion/knee",
  name: "lesion",
  level: null,
  index_from_caudal: null,
  evidence: [place],
});
const tear = { ...lesion, id: 2, key: "acl-tear/knee", name: "acl-tear", evidence: [] };
const map = (key: string, kind: MapPlace["kind"]): MapPlace => ({
  ...FRAME,
  ...{ analysis: "a-1", key, kind, rows: 8, columns: 6, file: `map-${kind}.png` },
});
const overlays: Overlays = {
  structures: [{ ...FRAME, analysis: "a-1", structure: "lesion", level: null, outlines: [OUTLINE] }],
  labels: [],
  maps: [map(lesion.key, "probability"), map(tear.key, "heat")],
};
const CHOICE: DrawnChoice = {
  threshold: null,
  hiddenStructures: new Set(),
  hiddenFindings: new Set(),
  labels: true,
  selected: null,
};
const drawn = (choice: Partial<DrawnChoice>, findings = [lesion, tear], of = overlays) =>
  drawingsOf(of, findings, { ...CHOICE, ...choice }).get(frameKey("i", 0));
const froms = (choice: Partial<DrawnChoice>, findings?: (typeof lesion)[]) =>
  drawn(choice, findings)?.maps?.map(({ from }) => from);

describe("maps over a frame", () => {
  it("keep the stored outline, and show heat, at each bundle's own threshold", () => {
    expect(drawn({})?.shapes.map(({ kind }) => kind)).toEqual(["structure", "finding"]);
    expect(froms({})).toEqual([null]);
  });

  it("fill the probability from a moved threshold on, in place of the stored outline", () => {
    expect(drawn({ threshold: 0.3 })?.shapes).toEqual([]);
    expect(froms({ threshold: 0.3 })).toEqual([0.3, null]);
    expect(froms({ threshold: 0.7 })).toEqual([0.7, null]);
  });

  it("are gone where the finding is switched off, or not called at the threshold", () => {
    expect(froms({ threshold: 0.3, hiddenFindings: new Set([1]) })).toEqual([null]);
    expect(drawn({ threshold: 0.9 })?.maps ?? []).toEqual([]);
  });

  it("show the heat of the chosen finding alone", () => {
    const both = { ...overlays, maps: [map(tear.key, "heat"), map("abnormal/knee", "heat")] };
    const other = { ...tear, id: 3, key: "abnormal/knee", name: "abnormal" };
    expect(drawn({}, [tear, other], both)?.maps).toHaveLength(2);
    expect(drawn({ selected: 3 }, [tear, other], both)?.maps).toHaveLength(1);
  });

  it("are asked of the run that made them, by a name that cannot leave its place", () => {
    const odd = { ...overlays, maps: [{ ...map(tear.key, "heat"), file: "../x.png" }] };
    expect(drawn({}, [tear], odd)?.maps?.[0]).toMatchObject({
      href: "/api/v1/analyses/a-1/maps/..%2Fx.png",
      rows: 8,
      columns: 6,
    });
  });
});
