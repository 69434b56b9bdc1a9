/** Short names of teaching's bodies. */
import type { components } from "../api/schema";

type Bodies = components["schemas"];

export type Asked = Bodies["AskedQuestion"];
export type Attempt = Bodies["TeachingAttemptEntry"];
export type CaseScore = Bodies["CaseScore"];
export type Collection = Bodies["TeachingCollectionEntry"];
export type CollectionDetail = Bodies["TeachingCollectionDetail"];
export type CurveBlock = Bodies["CurveBlock"];
export type Figure = Bodies["ScoreFigure"];
export type Item = Bodies["TeachingItem"];
export type ItemResult = Bodies["ItemResult"];
export type LearnerCase = Bodies["LearnerCase"];
export type LearnersTable = Bodies["LearnersTable"];
export type Look = Bodies["Look"];
export type Looked = Bodies["Looked"];
export type ModelAnswer = Bodies["ModelAnswer"];
export type NewCollection = Bodies["NewTeachingCollection"];
export type Question = Bodies["TeachingQuestion"];
export type QuestionScore = Bodies["QuestionScore"];
export type Reference = Bodies["ReferenceEntry"];
export type Result = Bodies["TeachingResult"];
export type Score = Bodies["TeachingScore"];
export type TeacherCase = Bodies["TeacherCase"];
export type CollectionChange = Bodies["TeachingCollectionChange"];

/** A grade, yes or no, or `null` where one cannot tell. */
export type Value = number | boolean | null;
/** Answers so far, by the item's key. */
export type Answers = Readonly<Record<string, Value>>;
export type Verdict = ItemResult["verdict"];
