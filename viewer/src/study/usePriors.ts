import { useCallback, useState } from "react";
import { useApi } from "../api/context";
import type { StudyDetail } from "../api/types";
import { useToasts } from "../shell/toasts";
import { askStudy } from "./ask";

/** The prior studies whose series were put beside the study. */
export function usePriors(detail: StudyDetail): {
  details: readonly StudyDetail[];
  shown: ReadonlySet<number>;
  beside: (id: number) => void;
} {
  const api = useApi();
  const toasts = useToasts();
  const [details, setDetails] = useState<readonly StudyDetail[]>([]);
  const own = detail.study.id;
  const beside = useCallback(
    (id: number) => {
      askStudy(api, id).then((prior) => {
        setDetails((before) =>
          id === own || before.some(({ study }) => study.id === id) ? before : [...before, prior],
        );
      }, toasts.fail);
    },
    [api, own, toasts],
  );
  return { details, shown: new Set(details.map(({ study }) => study.id)), beside };
}
