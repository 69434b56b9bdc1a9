/** Teaching's bodies and pages for tests only. */
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import type { Me } from "../api/types";
import { Entrance } from "../session/Entrance";
import { SessionProvider } from "../session/session";
import { Pages } from "../shell/App";
import { ToastsProvider } from "../shell/toasts";
import { fakeEventSources } from "../testing/fakeEvents";
import { fakeService, type Handler, ME, study, worklist } from "../testing/fakeService";
import { UploadsProvider } from "../upload/uploads";
import { EngineProvider } from "../viewport/engine";
import { fakeEngine } from "../viewport/fakeEngine";
import { seriesAt } from "../viewport/testing";
import { type Language, WordsProvider } from "../words";
// The page is loaded lazily: here before the first test, which would wait for it.
import "./TeachingPages";
import type {
  Attempt,
  Collection,
  CollectionDetail,
  Figure,
  Question,
  Reference,
  Result,
  Score,
  TeacherCase,
} from "./types";

export const LEARNER: Me = {
  ...ME,
  role: "viewer",
  permissions: ["see_worklist", "see_findings", "learn"],
};
export const TEACHER: Me = { ...ME, permissions: ["see_worklist", "see_findings", "learn", "teach"] };

export const FRAMES = seriesAt([0, 5, 10], { frameOfReference: "f" });

export const QUESTIONS: Question[] = [
  {
    name: "pfirrmann-grade",
    title: "Pfirrmann grade",
    anatomy: "lumbar-spine",
    kind: "grade",
    choices: [1, 2, 3, 4, 5].map((value) => ({ value, label: String(value), hint: `looks ${value}` })),
    levels: ["L1-L2", "L4-L5", "L5-S1"],
  },
  {
    name: "disc-herniation",
    title: "Herniation",
    anatomy: "lumbar-spine",
    kind: "presence",
    choices: [
      { value: false, label: "no", hint: "" },
      { value: true, label: "yes", hint: "" },
    ],
    levels: ["L4-L5", "L5-S1"],
  },
];
const GRADE = "pfirrmann-grade@L4-L5";
const CALL = "disc-herniation@L4-L5";
const LOW = "pfirrmann-grade@L5-S1";

export function collection(changed: Partial<Collection> = {}): Collection {
  return {
    id: 3,
    title: "Lumbar discs",
    description: "Degeneration",
    anatomy: "lumbar-spine",
    published: true,
    by: "Clara Mora",
    created_at: "2026-06-14T10:00:00Z",
    cases: 2,
    answered: 1,
    begun: 0,
    ...changed,
  };
}

export function detail(changed: Partial<CollectionDetail> = {}): CollectionDetail {
  const nothing = { submitted_at: null, looked_s: null, right: null, scored: null };
  return {
    collection: collection(),
    asked: [
      { name: "pfirrmann-grade", levels: ["L4-L5", "L5-S1"] },
      { name: "disc-herniation", levels: ["L4-L5"] },
    ],
    questions: QUESTIONS,
    items: attempt().items,
    cases: [
      {
        ...{ id: 11, number: 1, attempt: 5, state: "answered", scorable: true },
        ...{ submitted_at: "2026-06-14T10:00:00Z", looked_s: 187, right: 2, scored: 3 },
      },
      { id: 12, number: 2, attempt: null, state: "unread", scorable: false, ...nothing },
    ],
    begun_by_somebody: true,
    ...changed,
  };
}

export function attempt(changed: Partial<Attempt> = {}): Attempt {
  return {
    id: 5,
    case: 12,
    number: 2,
    collection: 3,
    title: "Lumbar discs",
    patient: "P-heron",
    study_uid: "1.9",
    series: [
      { id: 1, uid: "1.t2", number: 1, description: "T2 sagittal", modality: "MR", kind: "dicom", instance_count: 3, original: null },
    ],
    simulated: false,
    questions: QUESTIONS,
    items: [
      { key: GRADE, question: "pfirrmann-grade", level: "L4-L5" },
      { key: CALL, question: "disc-herniation", level: "L4-L5" },
      { key: LOW, question: "pfirrmann-grade", level: "L5-S1" },
    ],
    scorable: true,
    seen_before: false,
    aided: false,
    started_at: "2026-06-14T10:00:00Z",
    looked_s: 61,
    draft: {},
    submitted_at: null,
    ...changed,
  };
}

export const REFERENCE: Reference = {
  kind: "findings",
  source: null,
  items: 2,
  readers: ["Sara Senior"],
  model_seen: true,
  said_at: "2026-06-10T10:00:00Z",
  set_by: "Clara Mora",
  set_at: "2026-06-12T10:00:00Z",
};

export function result(changed: Partial<Result> = {}): Result {
  const model = { bundle: "lumbar-grading", probability: 0.6, named: null };
  return {
    attempt: attempt({ submitted_at: "2026-06-14T10:05:00Z" }),
    study: 7,
    reference: REFERENCE,
    reference_renewed: false,
    wall_s: 300,
    items: [
      {
        ...{ key: GRADE, question: "pfirrmann-grade", level: "L4-L5", own: 4, reference: 3 },
        ...{ verdict: "near", drawn: [] },
        models: [{ ...model, value: 4, verdict: "near", finding: 21, same_error: true }],
      },
      {
        ...{ key: CALL, question: "disc-herniation", level: "L4-L5", own: false, reference: false },
        ...{ verdict: "right", drawn: [] },
        models: [{ ...model, value: true, verdict: "wrong", finding: 22, same_error: false, named: "L3-L4" }],
      },
      {
        ...{ key: LOW, question: "pfirrmann-grade", level: "L5-S1", own: null, reference: null },
        ...{ verdict: "unscored", drawn: [], models: [] },
      },
    ],
    models: [{ bundle: "lumbar-grading", version: "0.1.0", silent: true }],
    findings: [21, 22].map((id) => ({
      ...{ id, analysis: "a", key: `f${id}`, name: "pfirrmann-grade", title: "Grade", level: "L4-L5" },
      ...{ index_from_caudal: 2, value: 4, grades: 5, text: "", probability: 0.6, probabilities: null },
      ...{ threshold: null, abstained: false, abstention: null, operating_point: null },
      evidence: [
        {
          ...{ series_uid: "1.t2", instance_uid: FRAMES[2]?.instanceUid ?? "", frame: 0, slice: 2 },
          outline: [
            [4, 2],
            [4, 6],
            [8, 6],
          ] as [number, number][],
          box: null,
        },
      ],
    })),
    next_case: 13,
    ...changed,
  };
}

export function figure(changed: Partial<Figure> = {}): Figure {
  return {
    ...{ name: "kappa", value: 0.612, low: 0.4, high: 0.81, rows: 60, patients: 12 },
    ...{ too_few: false, method: "jackknife t" },
    ...changed,
  };
}

export const FEW = figure({ value: null, low: null, high: null, too_few: true, patients: 4, rows: 8 });

export function score(changed: Partial<Score> = {}): Score {
  const at = { submitted_at: "2026-06-14T10:00:00Z", near: 1, wrong: 0, unscored: 2 };
  return {
    collection: collection(),
    needed: 10,
    overall: figure({ name: "right" }),
    questions: [
      {
        ...{ question: "pfirrmann-grade", title: "Pfirrmann grade", kind: "grade" },
        readers: [
          { bundle: null, figures: [figure()] },
          { bundle: "lumbar-grading", figures: [FEW] },
        ],
      },
    ],
    cases: [
      { attempt: 5, case: 11, number: 1, looked_s: 187, wall_s: 300, right: 2, aided: false, counts: true, ...at },
      { attempt: 6, case: 12, number: 2, looked_s: 90, wall_s: 95, right: 3, aided: true, counts: false, ...at },
    ],
    curve: [{ first: 1, last: 1, right: figure({ name: "right" }) }],
    left_out_seen: 1,
    left_out_aided: 1,
    left_out_unscorable: 0,
    ...changed,
  };
}

export function teacherCase(changed: Partial<TeacherCase> = {}): TeacherCase {
  const form: Reference = { ...REFERENCE, kind: "form", source: 8, items: 1, set_by: null, set_at: null };
  return { id: 11, number: 1, study: study(7), reference: REFERENCE, sources: [form], answered: 2, ...changed };
}

/** The viewer at a page of teaching; the service's routes are those of one collection. */
export function teaching(
  address: string,
  routes: Record<string, Handler> = {},
  { me = LEARNER, language = "en" as Language } = {},
) {
  const { source } = fakeEventSources();
  vi.stubGlobal("EventSource", source);
  const engine = fakeEngine({ "1.t2": FRAMES });
  const at = "/api/v1/teaching";
  const service = fakeService({
    "GET /api/v1/session": () => me,
    "GET /api/v1/uploads": () => [],
    "GET /api/v1/worklist": () => worklist([study(7), study(8)]),
    [`GET ${at}/questions`]: () => QUESTIONS,
    [`GET ${at}/collections`]: () => [collection()],
    [`GET ${at}/collections/3`]: () => detail(),
    [`GET ${at}/collections/3/cases`]: () => [teacherCase()],
    [`GET ${at}/collections/3/score`]: () => score(),
    [`POST ${at}/cases/12/attempt`]: () => attempt(),
    [`GET ${at}/attempts/5`]: () => attempt(),
    [`POST ${at}/attempts/5/look`]: () => ({ looked_s: 61, submitted: false, aided: false }),
    [`POST ${at}/attempts/5/answers`]: () => result(),
    [`GET ${at}/attempts/5/result`]: () => result(),
    ...routes,
  });
  const shown = render(
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <UploadsProvider>
            <EngineProvider start={async () => engine.engine}>
              <MemoryRouter initialEntries={[address]}>
                <Entrance>
                  <Pages />
                </Entrance>
              </MemoryRouter>
            </EngineProvider>
          </UploadsProvider>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
  return { ...shown, service, user: userEvent.setup(), at };
}
