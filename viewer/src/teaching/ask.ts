import { type Api, answer } from "../api/http";
import type { Worklist } from "../api/types";
import type {
  Answers,
  Attempt,
  Collection,
  CollectionChange,
  CollectionDetail,
  LearnersTable,
  Looked,
  NewCollection,
  Question,
  Reference,
  Result,
  Score,
  TeacherCase,
} from "./types";

const ONE = "/api/v1/teaching/collections/{collection_id}";

/** The calls of teaching. The client's types know its places only as lists of numbers. */
export function teachingCalls({ client }: Api) {
  const of = (collection_id: number) => ({ params: { path: { collection_id } } });
  const ofCase = (case_id: number) => ({ params: { path: { case_id } } });
  const ofAttempt = (attempt_id: number) => ({ params: { path: { attempt_id } } });
  const as = async <T>(call: Parameters<typeof answer>[0]) => (await answer(call)) as T;
  return {
    questions: (signal: AbortSignal) =>
      as<Question[]>(client.GET("/api/v1/teaching/questions", { signal })),
    collections: (signal: AbortSignal) =>
      as<Collection[]>(client.GET("/api/v1/teaching/collections", { signal })),
    collection: (id: number, signal: AbortSignal) =>
      as<CollectionDetail>(client.GET(ONE, { ...of(id), signal })),
    make: (body: NewCollection) =>
      as<CollectionDetail>(client.POST("/api/v1/teaching/collections", { body })),
    change: (id: number, body: CollectionChange) =>
      as<CollectionDetail>(client.PATCH(ONE, { ...of(id), body })),
    cases: (id: number, signal: AbortSignal) =>
      as<TeacherCase[]>(client.GET(`${ONE}/cases`, { ...of(id), signal })),
    addCases: (id: number, studies: number[]) =>
      as<TeacherCase[]>(client.POST(`${ONE}/cases`, { ...of(id), body: { studies } })),
    withdraw: (id: number) =>
      as<TeacherCase[]>(client.DELETE("/api/v1/teaching/cases/{case_id}", ofCase(id))),
    judgeBy: (id: number, { kind, source }: Pick<Reference, "kind" | "source">) =>
      as<TeacherCase[]>(
        client.PUT("/api/v1/teaching/cases/{case_id}/reference", {
          ...ofCase(id),
          body: { kind, source },
        }),
      ),
    score: (id: number, signal: AbortSignal) =>
      as<Score>(client.GET(`${ONE}/score`, { ...of(id), signal })),
    learners: (id: number, signal: AbortSignal) =>
      as<LearnersTable>(client.GET(`${ONE}/learners`, { ...of(id), signal })),
    begin: (id: number) =>
      as<Attempt>(client.POST("/api/v1/teaching/cases/{case_id}/attempt", ofCase(id))),
    attempt: (id: number, signal: AbortSignal) =>
      as<Attempt>(client.GET("/api/v1/teaching/attempts/{attempt_id}", { ...ofAttempt(id), signal })),
    look: (id: number, shown: boolean, draft: Answers | null) =>
      as<Looked>(
        client.POST("/api/v1/teaching/attempts/{attempt_id}/look", {
          ...ofAttempt(id),
          body: { shown, draft },
        }),
      ),
    submit: (id: number, answers: Answers) =>
      as<Result>(
        client.POST("/api/v1/teaching/attempts/{attempt_id}/answers", {
          ...ofAttempt(id),
          body: { answers },
        }),
      ),
    result: (id: number, signal: AbortSignal) =>
      as<Result>(
        client.GET("/api/v1/teaching/attempts/{attempt_id}/result", { ...ofAttempt(id), signal }),
      ),
    studies: (search: string, anatomy: string, signal: AbortSignal) =>
      as<Worklist>(
        client.GET("/api/v1/worklist", {
          params: { query: { search, anatomy, limit: 20 } },
          signal,
        }),
      ),
  };
}

export type TeachingCalls = ReturnType<typeof teachingCalls>;
