import type { ObservationEntry, PatientReport, PatientStudies, WorklistEntry } from "../api/types";
import { historyOf, type Told } from "../observations/history";
import { today } from "../observations/today";

export const KINDS = ["study", "report", "observation"] as const;
export type Kind = (typeof KINDS)[number];

/** Something of a patient, at its day; `day` orders, and is no day to be shown. */
export type Item = { day: string; key: string } & (
  | { kind: "study"; study: WorklistEntry }
  | { kind: "report"; report: PatientReport; study: WorklistEntry | undefined }
  | { kind: "observation"; told: Told }
);

/** Of one day, what came of the others stands above them. */
const WITHIN_A_DAY: Record<Kind, number> = { report: 0, observation: 1, study: 2 };

/** Studies, reports and the observations that stand, the latest first. */
export function timelineOf(
  { studies, reports }: Pick<PatientStudies, "studies" | "reports">,
  entries: readonly ObservationEntry[],
): Item[] {
  const byId = new Map(studies.map((study) => [study.id, study]));
  const items: Item[] = [
    ...studies.map((study): Item => ({
      kind: "study",
      key: `study-${study.id}`,
      day: dayOf(study.study_date ?? study.received_at),
      study,
    })),
    ...reports.map((report): Item => ({
      kind: "report",
      key: `report-${report.id}`,
      day: dayOf(report.at),
      report,
      study: byId.get(report.study),
    })),
    ...historyOf(entries).standing.map((told): Item => ({
      kind: "observation",
      key: `observation-${told.entry.id}`,
      day: dayOf(told.entry.observed_on ?? told.entry.at),
      told,
    })),
  ];
  return items.toSorted(
    (a, b) => b.day.localeCompare(a.day) || WITHIN_A_DAY[a.kind] - WITHIN_A_DAY[b.kind],
  );
}

/** The day of a moment where the browser is; a bare date is its own. */
function dayOf(iso: string): string {
  return iso.length === 10 ? iso : today(new Date(iso));
}
