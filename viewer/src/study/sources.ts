import type { StudyDetail } from "../api/types";
import type { SeriesSource } from "../viewport/source";

/** The series that may be shown: of the study, then of the priors that were put beside it. */
export function sourcesOf(
  detail: StudyDetail,
  priors: readonly StudyDetail[],
): readonly SeriesSource[] {
  return [
    ...seriesOf(detail, null),
    ...priors.flatMap((prior) =>
      seriesOf(prior, prior.study.study_date ?? prior.study.received_at),
    ),
  ];
}

function seriesOf({ study, series }: StudyDetail, prior: string | null): SeriesSource[] {
  return series.map((one, at) => ({
    uid: one.uid,
    studyUid: study.uid,
    title: one.description || one.original || `${one.modality} ${one.number ?? at + 1}`,
    modality: one.modality,
    count: one.instance_count,
    prior,
  }));
}
