import { answer, type Api } from "../api/http";
import type {
  AnnotationListDetail,
  AnnotationListEntry,
  Annotator,
  CaseOfMany,
  CaseToAdjudicate,
  CaseToDraw,
  ListAgreement,
  MyCase,
  MyList,
  ToAdjudicate,
} from "../api/types";

type Ask<T> = (api: Api, signal: AbortSignal) => Promise<T>;

export const askMine: Ask<MyList[]> = ({ client }, signal) =>
  answer(client.GET("/api/v1/annotation/mine", { signal }));

export const askMyCases =
  (list_id: number): Ask<MyCase[]> =>
  ({ client }, signal) => {
    const params = { path: { list_id } };
    return answer(client.GET("/api/v1/annotation/mine/{list_id}", { params, signal }));
  };

export const askLists: Ask<AnnotationListEntry[]> = ({ client }, signal) =>
  answer(client.GET("/api/v1/annotation/lists", { signal }));

export const askPeople: Ask<Annotator[]> = ({ client }, signal) =>
  answer(client.GET("/api/v1/annotation/people", { signal }));

export const askToDecide: Ask<ToAdjudicate[]> = ({ client }, signal) =>
  answer(client.GET("/api/v1/annotation/adjudication", { signal }));

export const askList =
  (list_id: number): Ask<AnnotationListDetail> =>
  ({ client }, signal) =>
    answer(
      client.GET("/api/v1/annotation/lists/{list_id}", { params: { path: { list_id } }, signal }),
    );

export const askAgreement =
  (list_id: number): Ask<ListAgreement> =>
  ({ client }, signal) => {
    const params = { path: { list_id } };
    return answer(
      client.GET("/api/v1/annotation/lists/{list_id}/agreement", { params, signal }),
    );
  };

export const askCasesToDecide =
  (list_id: number): Ask<CaseToAdjudicate[]> =>
  ({ client }, signal) => {
    const params = { path: { list_id } };
    return answer(client.GET("/api/v1/annotation/adjudication/{list_id}", { params, signal }));
  };

// The client's types know places only as lists of numbers.
export const askCase =
  (case_id: number): Ask<CaseToDraw> =>
  async ({ client }, signal) => {
    const params = { path: { case_id } };
    const call = client.GET("/api/v1/annotation/cases/{case_id}/work", { params, signal });
    return (await answer(call)) as CaseToDraw;
  };

export const askCaseOfMany =
  (case_id: number): Ask<CaseOfMany> =>
  async ({ client }, signal) => {
    const params = { path: { case_id } };
    const call = client.GET("/api/v1/annotation/cases/{case_id}/adjudication", { params, signal });
    return (await answer(call)) as CaseOfMany;
  };
