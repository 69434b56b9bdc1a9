/** A series that may be shown: of the study, or of a prior one. */
export interface SeriesSource {
  uid: string;
  studyUid: string;
  title: string;
  modality: string;
  count: number;
  /** The date of the prior study that it belongs to; `null` for the study itself. */
  prior: string | null;
}
