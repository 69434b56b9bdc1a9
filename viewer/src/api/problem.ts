import type { Problem } from "./types";

/** What is known of a failure; parts that are not known are left out. */
export type KnownParts = Pick<Problem, "failed"> & Partial<Problem>;

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

  /** No answer came: the service is away or the network is. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

/** Reads an answer's body as a problem, whatever stands between the service and the browser. */
export function problemOf(status: number, body: unknown): ApiProblem {
  if (typeof body === "object" && body !== null && "failed" in body) {
    return new ApiProblem(status, body as KnownParts);
  }
  return new ApiProblem(status, {
    failed: `HTTP ${status}`,
    found: typeof body === "string" ? body.slice(0, 200) : "",
  });
}
