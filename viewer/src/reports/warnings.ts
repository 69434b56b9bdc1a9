import type { Corrections, ReportEntry, StudyDetail } from "../api/types";
import type { Words } from "../words";
import { textOf } from "./merging";

/** What is known of which findings readers have looked at. */
export type Checked = Corrections | undefined;

const AT_WORK = new Set(["queued", "running", "cancelling"]);

/** Whether a model is still at work on a study. */
export function isAtWork({ analyses }: StudyDetail): boolean {
  return analyses.some(({ state }) => AT_WORK.has(state));
}

/** How many things the report lists as not assessed. */
export function countNotAssessed(report: ReportEntry): number {
  const lines = textOf(report, "not-assessed").split("\n");
  return lines.filter((line) => line.startsWith("- ")).length;
}

/** What a clinician is told before a report is signed; none of it forbids the signature. */
export function warningsOf(
  report: ReportEntry,
  detail: StudyDetail,
  checked: Checked,
  { say, count }: Pick<Words, "say" | "count">,
): string[] {
  const open = checked?.findings.filter(({ state }) => state === "open").length;
  const notAssessed = countNotAssessed(report);
  return [
    isAtWork(detail) ? say("reports.warn.running") : "",
    report.stale ? say("reports.warn.stale") : "",
    open === undefined ? say("reports.warn.unknown") : "",
    open ? count("reports.warn.open", open) : "",
    textOf(report, "impression").trim() ? "" : say("reports.warn.impression"),
    notAssessed ? count("reports.warn.notAssessed", notAssessed) : "",
  ].filter(Boolean);
}
