import { expect, test } from "vitest";
import type { PatientReport } from "../api/types";
import { entry } from "../observations/testing";
import { study } from "../testing/fakeService";
import { timelineOf } from "./timeline";

const report = (id: number, other: Partial<PatientReport> = {}): PatientReport => ({
  id,
  study: 1,
  language: "en",
  state: "signed",
  by: "Clara Mora",
  at: "2026-06-14T11:00:00",
  addenda: 0,
  ...other,
});
const keys = (...of: Parameters<typeof timelineOf>) => timelineOf(...of).map(({ key }) => key);

test("the latest comes first, whatever it is", () => {
  const known = {
    studies: [study(2, { study_date: "2026-06-14" }), study(1, { study_date: "2025-01-01" })],
    reports: [report(9, { at: "2026-07-01T09:00:00" })],
  };
  const entries = [entry(5, { observed_on: "2026-06-20" }), entry(4, { observed_on: "2024-02-02" })];
  expect(keys(known, entries)).toEqual([
    "report-9", "observation-5", "study-2", "study-1", "observation-4",
  ]);
});

test("of one day the report stands above the observation, and that above the study", () => {
  const known = { studies: [study(1, { study_date: "2026-06-14" })], reports: [report(9)] };
  expect(keys(known, [entry(5, { observed_on: "2026-06-14" })])).toEqual([
    "report-9", "observation-5", "study-1",
  ]);
});

test("a study without a day stands where it was received, an observation where it was written", () => {
  const known = {
    studies: [
      study(1, { study_date: null, received_at: "2026-03-01T12:00:00" }),
      study(2, { study_date: "2026-02-01" }),
    ],
    reports: [],
  };
  const entries = [entry(5, { observed_on: null, at: "2026-02-15T12:00:00" })];
  expect(keys(known, entries)).toEqual(["study-1", "observation-5", "study-2"]);
});

test("what was said anew or withdrawn has no place of its own", () => {
  const entries = [
    entry(5, { supersedes: 4 }),
    entry(4, { superseded: true }),
    entry(3, { withdrawn: true }),
  ];
  expect(keys({ studies: [], reports: [] }, entries)).toEqual(["observation-5"]);
});

test("a report knows its study, and one whose study is not shown is still there", () => {
  const reports = [report(9), report(8, { study: 77 })];
  const items = timelineOf({ studies: [study(1)], reports }, []);
  const of = items.flatMap((item) => (item.kind === "report" ? [item.study?.id] : []));
  expect(of).toEqual([1, undefined]);
});
