import { type Api, answer } from "../api/http";
import type { Corrections, Filling, ReportEntry } from "../api/types";
import type { Texts } from "./merging";

export type ReportLanguage = "en" | "es";

const at = (report: number) => ({ params: { path: { report_id: report } } });

/** Asks for the reports of a study, the latest first. */
export function askReports({ client }: Api, study: number, signal: AbortSignal): Promise<ReportEntry[]> {
  const params = { path: { study_id: study } };
  return answer(client.GET("/api/v1/studies/{study_id}/reports", { params, signal }));
}

export function beginReport(
  { client }: Api,
  study: number,
  language: ReportLanguage,
): Promise<ReportEntry> {
  const params = { path: { study_id: study } };
  return answer(client.POST("/api/v1/studies/{study_id}/reports", { params, body: { language } }));
}

export function askReport({ client }: Api, report: number): Promise<ReportEntry> {
  return answer(client.GET("/api/v1/reports/{report_id}", at(report)));
}

export function changeReport(
  { client }: Api,
  report: number,
  edition: number,
  sections: Texts,
): Promise<ReportEntry> {
  const body = { edition, sections };
  return answer(client.PATCH("/api/v1/reports/{report_id}", { ...at(report), body }));
}

export function signReport(
  { client }: Api,
  report: number,
  edition: number,
  password: string,
): Promise<ReportEntry> {
  const body = { edition, password };
  return answer(client.POST("/api/v1/reports/{report_id}/signature", { ...at(report), body }));
}

export function addToReport(
  { client }: Api,
  report: number,
  text: string,
  password: string,
): Promise<ReportEntry> {
  const body = { text, password };
  return answer(client.POST("/api/v1/reports/{report_id}/addenda", { ...at(report), body }));
}

/** Asks what a draft would say were it begun now. */
export function askFilling({ client }: Api, report: number, signal: AbortSignal): Promise<Filling> {
  return answer(client.GET("/api/v1/reports/{report_id}/filling", { ...at(report), signal }));
}

/** Takes over what was chosen of a fresh filling. */
export function takeFilling(
  { client }: Api,
  report: number,
  { edition, basis }: Filling,
  sections: Texts,
): Promise<ReportEntry> {
  const body = { edition, basis, sections };
  return answer(client.POST("/api/v1/reports/{report_id}/filling", { ...at(report), body }));
}

/** Asks what readers have said of a study's findings. */
export async function askChecked(
  { client }: Api,
  study: number,
  signal: AbortSignal,
): Promise<Corrections> {
  const params = { path: { study_id: study } };
  const call = client.GET("/api/v1/studies/{study_id}/corrections", { params, signal });
  // The client's types know its places only as lists of numbers.
  return (await answer(call)) as Corrections;
}

/** Where a report is as a file of its own. */
export function fileOf(report: number, kind: "pdf" | "html"): string {
  return `/api/v1/reports/${report}/files/report.${kind}`;
}
