import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import type { AnnotationLabel, CaseOfMany, CaseToDraw, Me } from "../api/types";
import { Entrance } from "../session/Entrance";
import { SessionProvider } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { type FakeService, fakeService, type Handler, ME } from "../testing/fakeService";
import { EngineProvider } from "../viewport/engine";
import { fakeEngine } from "../viewport/fakeEngine";
import { seriesAt } from "../viewport/testing";
import { type Language, WordsProvider } from "../words";
import { AnnotationPages } from "./AnnotationPages";

export const LABELS: AnnotationLabel[] = [
  { key: "hernia", name: "Hernia", kind: "box", colour: "#ff9f40", answers: [] },
  { key: "disc", name: "Disc", kind: "mask", colour: "#4dc3ff", answers: [] },
  { key: "quality", name: "Quality", kind: "case", colour: "#7ddc7d", answers: ["good", "poor"] },
];

export const FRAMES = seriesAt([0, 5, 10]);
const SERIES = [{ uid: "1.t1", title: "MR 1", modality: "MR", images: 3 }];
export const PLACE = { series_uid: "1.t1", instance_uid: FRAMES[2]?.instanceUid ?? "", frame: 0 };
export const BOX: [number, number, number, number] = [2, 1, 6, 5];

/** A box, as the service tells one. */
export function boxMark(id = "m1", box = BOX) {
  return { id, label: "hernia", place: PLACE, box, outlines: [], answer: null };
}

export function caseToDraw(changed: Partial<CaseToDraw> = {}): CaseToDraw {
  return {
    id: 7,
    name: "case-003",
    of_list: { id: 1, name: "Discs", labels: LABELS, cases: 4, done: 1, next: 7 },
    study_uid: "1.s",
    series: SERIES,
    position: 2,
    previous: 5,
    following: 9,
    work: { edition: 0, state: "open", reason: "", marks: [], spent_s: 0, at: null },
    ...changed,
  };
}

export function caseOfMany(changed: Partial<CaseOfMany> = {}): CaseOfMany {
  const wide: [number, number, number, number] = [2, 1, 6, 7];
  const work = { state: "done" as const, reason: "" };
  const said = { id: "q", label: "quality", place: null, box: null, outlines: [], answer: "poor" };
  return {
    id: 7,
    name: "case-003",
    list_id: 1,
    list_name: "Discs",
    labels: LABELS,
    study_uid: "1.s",
    series: SERIES,
    works: [
      { reader: "A", ...work, marks: [boxMark(), said] },
      { reader: "B", ...work, marks: [boxMark("m1", wide)] },
    ],
    waiting: 0,
    agreement: [
      { label: "hernia", measure: "iou", value: 0.6667, low: null, high: null, n: 1, unit: "box-pair", cases: 1, too_few: false },
    ],
    decisions: [],
    previous: null,
    following: 9,
    ...changed,
  };
}

/** The annotation pages at an address, for somebody with these permissions. */
export function show(
  address: string,
  permissions: string[],
  routes: Record<string, Handler>,
  language: Language = "en",
): { service: FakeService; user: ReturnType<typeof userEvent.setup> } {
  const me: Me = { ...ME, permissions };
  const service = fakeService({ "GET /api/v1/session": () => me, ...routes });
  const { engine } = fakeEngine({ "1.t1": FRAMES });
  render(
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <EngineProvider start={async () => engine}>
            <MemoryRouter initialEntries={[address]}>
              <Entrance>
                <Routes>
                  <Route path="annotation/*" element={<AnnotationPages />} />
                </Routes>
              </Entrance>
            </MemoryRouter>
          </EngineProvider>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
  return { service, user: userEvent.setup() };
}

/** Waits until a slice is shown. */
export async function begun(): Promise<string | undefined> {
  const { waitFor } = await import("@testing-library/react");
  await waitFor(() => {
    if (!document.querySelector(".pane[data-slice]")) throw new Error("no slice yet");
  });
  return document.querySelector<HTMLElement>(".pane")?.dataset.slice;
}
