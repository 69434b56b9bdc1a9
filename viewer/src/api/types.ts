/** Short names of the interface's bodies. */
import type { components, paths } from "./schema";

type Bodies = components["schemas"];

export type AnalysisEntry = Bodies["AnalysisEntry"];
export type AnalysisProgress = Bodies["AnalysisProgress"];
export type BundleChange = Bodies["BundleChange"];
export type BundleEntry = Bodies["BundleEntry"];
export type CorrectionEntry = Bodies["CorrectionEntry"];
export type Corrections = Bodies["Corrections"];
export type Drawn = Bodies["Drawn"];
export type EvidencePlace = Bodies["EvidencePlace"];
export type FileEntry = Bodies["FileEntry"];
export type FindingEntry = Bodies["FindingEntry"];
export type FindingTerm = Bodies["FindingTerm"];
export type Form = Bodies["Form"];
export type FormField = Bodies["FormField"];
export type LevelLabel = Bodies["LevelLabel"];
export type LevelTerm = Bodies["LevelTerm"];
export type Me = Bodies["Me"];
export type NewCorrection = Bodies["NewCorrection"];
export type NewObservation = Bodies["NewObservation"];
export type NewUpload = Bodies["NewUpload"];
export type NewUser = Bodies["NewUser"];
export type ObservationEntry = Bodies["ObservationEntry"];
export type Overlays = Bodies["Overlays"];
export type PatientEntry = Bodies["PatientEntry"];
export type PatientReport = Bodies["PatientReport"];
export type PatientStudies = Bodies["PatientStudies"];
export type Problem = Bodies["Problem"];
export type ReadFinding = Bodies["ReadFinding"];
export type Said = Bodies["Said"];
export type SeriesEntry = Bodies["SeriesEntry"];
export type StructureOutline = Bodies["StructureOutline"];
export type StudyDetail = Bodies["StudyDetail"];
export type Terms = Bodies["Terms"];
export type UploadEntry = Bodies["UploadEntry"];
export type UserChange = Bodies["UserChange"];
export type UserEntry = Bodies["UserEntry"];
export type Worklist = Bodies["Worklist"];
export type WorklistEntry = Bodies["WorklistEntry"];

export type Role = Me["role"];
export type Priority = WorklistEntry["priority"];
export type StudyState = WorklistEntry["state"];
export type WorklistQuery = NonNullable<paths["/api/v1/worklist"]["get"]["parameters"]["query"]>;
