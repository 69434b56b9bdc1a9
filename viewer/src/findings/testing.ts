import type { AnalysisEntry, FindingEntry, Said, StudyDetail } from "../api/types";

/** A finding for tests: a bulge at L5-S1, called at 0.8 by a threshold of 0.4. */
export function finding(other: Partial<FindingEntry> = {}): FindingEntry {
  return {
    id: 1,
    analysis: "a-1",
    key: "disc-bulging/disc-1",
    name: "disc-bulging",
    title: "Posterior contour bulge",
    level: "L5-S1",
    index_from_caudal: 1,
    value: true,
    grades: null,
    text: "positive",
    probability: 0.8,
    probabilities: null,
    threshold: 0.4,
    abstained: false,
    abstention: null,
    operating_point: null,
    evidence: [],
    ...other,
  };
}

export function said(code: string, text: string): Said {
  return { code, params: {}, subject: "study", text };
}

export function analysis(other: Partial<AnalysisEntry> = {}): AnalysisEntry {
  return {
    id: "a-1",
    bundle: "lumbar-grading",
    version: "0.1.0",
    sha256: "0123456789abcdef".repeat(4),
    state: "done",
    reason: null,
    progress: null,
    silent: false,
    simulated_training: false,
    intended_use: "Research use. Grades discs.",
    exclusions: ["surgery"],
    thresholds: { "disc-bulging": 0.4 },
    queued_at: "2026-01-02T03:04:05Z",
    started_at: null,
    finished_at: null,
    software_version: null,
    warnings: [],
    refused: [],
    not_assessed: [said("not-assessed-foramina", "Intervertebral foramina")],
    assumptions: [],
    ...other,
  };
}

export function detail(other: Partial<StudyDetail> = {}): StudyDetail {
  const patient = {
    id: 4,
    name: "Simulated One",
    identifier: "P-4",
    birth_date: "1971-03-02",
    sex: "F",
    pseudonymous: false,
  };
  return {
    study: {
      id: 7,
      uid: "1.2.3",
      patient,
      accession: "ACC7",
      description: "Lumbar spine",
      anatomy: "lumbar-spine",
      modalities: ["MR"],
      study_date: "2026-02-14",
      received_at: "2026-02-15T10:00:00Z",
      source: "upload",
      simulated: false,
      priority: "routine",
      state: "read",
      reason: null,
      progress: null,
      series_count: 1,
      instance_count: 3,
      finding_count: 1,
      revision: 1,
    },
    exclusions: [],
    series: [],
    analyses: [analysis()],
    findings: [finding()],
    priors: [],
    measurements: [],
    ...other,
  };
}
