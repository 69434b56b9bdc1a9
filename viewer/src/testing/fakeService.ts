/** A service that answers from a table, and keeps what it was asked: for tests only. */
import type { Me, Worklist, WorklistEntry } from "../api/types";

/** What a route gives: a body (status 200), or a whole answer. */
export type Handler = (asked: Asked) => unknown;

/** A call as it came. */
export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: unknown;
}

/** The fake: `fetch` to hand in, and what it was asked so far. */
export interface FakeService {
  fetch: typeof fetch;
  asked: Asked[];
  /** Calls of a route, such as `GET /api/v1/worklist`. */
  of: (route: string) => Asked[];
  /** Replaces or adds a route. */
  on: (route: string, handler: Handler) => void;
}

/** An answer with its status, in place of a plain body. */
export function status(code: number, body: unknown = null): Response {
  const empty = code === 204;
  return new Response(empty ? null : JSON.stringify(body), {
    status: code,
    headers: { "Content-Type": "application/json" },
  });
}

/** The four parts of a failure, as the service writes them. */
export function problem(failed: string): object {
  return { failed, found: "what was found", needed: "what is needed", mend: "how to mend it" };
}

export function fakeService(routes: Record<string, Handler>): FakeService {
  const table = new Map(Object.entries(routes));
  const asked: Asked[] = [];
  const answer: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const text = await request.text();
    const call: Asked = {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: text ? JSON.parse(text) : null,
    };
    asked.push(call);
    const handler = table.get(`${call.method} ${call.path}`);
    if (!handler) return status(404, problem(`no ${call.method} ${call.path}`));
    const given = await handler(call);
    return given instanceof Response ? given : status(200, given);
  };
  return {
    fetch: answer,
    asked,
    of: (route) => asked.filter(({ method, path }) => `${method} ${path}` === route),
    on: (route, handler) => table.set(route, handler),
  };
}

export const ME: Me = {
  name: "cmora",
  full_name: "Clara Mora",
  role: "clinician",
  language: "en",
  chosen_language: null,
  must_change: false,
  permissions: ["see_worklist", "see_identity", "see_images", "see_findings", "upload"],
  csrf: "the-csrf-value",
  research_use: "Research use.",
};

/** A study of the worklist, as far as a test does not say otherwise. */
export function study(id: number, changed: Partial<WorklistEntry> = {}): WorklistEntry {
  return {
    id,
    uid: `2.25.${id}`,
    patient: {
      id,
      name: `Weber^Lena ${id}`,
      identifier: `P${id}`,
      birth_date: "1970-06-15",
      sex: "F",
      pseudonymous: false,
    },
    accession: `A${id}`,
    description: `MRI ${id}`,
    anatomy: "lumbar-spine",
    modalities: ["MR"],
    study_date: "2026-06-14",
    received_at: "2026-06-14T10:00:00Z",
    source: "upload",
    simulated: false,
    priority: "routine",
    state: "read",
    reason: null,
    progress: null,
    series_count: 2,
    instance_count: 30,
    finding_count: 3,
    revision: id,
    ...changed,
  };
}

export function worklist(studies: WorklistEntry[], changed: Partial<Worklist> = {}): Worklist {
  return {
    studies,
    next: null,
    total: studies.length,
    total_is_floor: false,
    revision: 1,
    ...changed,
  };
}
