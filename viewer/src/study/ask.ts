import { type Api, answer } from "../api/http";
import type { Overlays, StudyDetail } from "../api/types";

/** Asks for a study. The client's types know its places only as lists of numbers. */
export async function askStudy(
  { client }: Api,
  study: number,
  signal?: AbortSignal,
): Promise<StudyDetail> {
  const path = { study_id: study };
  const call = client.GET("/api/v1/studies/{study_id}", { params: { path }, signal: signal ?? null });
  return (await answer(call)) as StudyDetail;
}

/** Asks for what is drawn over a study's images. */
export async function askOverlays(
  { client }: Api,
  study: number,
  signal: AbortSignal,
): Promise<Overlays> {
  const path = { study_id: study };
  const call = client.GET("/api/v1/studies/{study_id}/overlays", { params: { path }, signal });
  return (await answer(call)) as Overlays;
}
