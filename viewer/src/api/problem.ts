import type { Problem } from "./types";

/** What is known of a failure; parts that are not known are left out. */
export type KnownParts = Pick<Problem, "failed"> & Partial<Problem>;

const AWAY = new Set([502, 503, 504]);

/** What is said of an answer that no service of ours gave. */
function plain(status: number): string {
  return `HTTP ${status}`;
}

/** Why a call was not done, in four parts; `status` is 0 where no answer came at all. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly parts: Problem;

  constructor(status: number, problem: KnownParts) {
    super(problem.failed);
    this.name = "ApiProblem";
    this.status = status;
    this.parts = { found: "", needed: "", mend: "", ...problem };
  }

  /** No answer of the service came: it is away, or what stands before it says so, or the network. */
  get unreachable(): boolean {
    return this.status === 0 || (AWAY.has(this.status) && this.parts.failed === plain(this.status));
  }

  /** It passes by itself, as when the service starts anew or its database comes back. */
  get passing(): boolean {
    return this.status === 0 || AWAY.has(this.status);
  }
}

/** Reads an answer's body as a problem, whatever stands between the service and the browser. */
export function problemOf(status: number, body: unknown): ApiProblem {
  if (typeof body === "object" && body !== null && "failed" in body) {
    return new ApiProblem(status, body as KnownParts);
  }
  return new ApiProblem(status, {
    failed: plain(status),
    found: typeof body === "string" ? body.slice(0, 200) : "",
  });
}
