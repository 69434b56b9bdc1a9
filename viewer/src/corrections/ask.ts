import { type Api, answer } from "../api/http";
import type { Corrections, NewCorrection, Terms } from "../api/types";

const TOGETHER = "/api/v1/studies/{study_id}/corrections/together";

/** Asks what readers said of a study. The client's types know its places only as lists of numbers. */
export async function askCorrections({ client }: Api, study: number): Promise<Corrections> {
  const params = { path: { study_id: study } };
  return (await answer(
    client.GET("/api/v1/studies/{study_id}/corrections", { params }),
  )) as Corrections;
}

/** Says all of these or none, and gives what stands then. */
export async function sayTogether(
  { client }: Api,
  study: number,
  corrections: NewCorrection[],
): Promise<Corrections> {
  const params = { path: { study_id: study } };
  return (await answer(client.POST(TOGETHER, { params, body: { corrections } }))) as Corrections;
}

/** Asks for the findings and levels that may be said. */
export function askTerms({ client }: Api, signal: AbortSignal): Promise<Terms> {
  return answer(client.GET("/api/v1/terms", { signal }));
}
