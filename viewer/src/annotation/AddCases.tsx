import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { AnnotationListDetail } from "../api/types";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { type Scope, ScopeChoice } from "./ScopeChoice";
import { named, StudiesChoice } from "./StudiesChoice";

/** Adds studies to a list that is there; whether it takes them the service says, and why not. */
export function AddCases({
  detail,
  changed,
}: {
  detail: AnnotationListDetail;
  changed: (detail: AnnotationListDetail) => void;
}): ReactNode {
  const { say, count } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const whole = detail.cases.some(({ title }) => title === "");
  const [scope, setScope] = useState<Scope>(whole ? "study" : "series");
  const [described, setDescribed] = useState("");

  async function add(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const params = { path: { list_id: detail.of_list.id } };
      const body = { studies: named(text), scope, described };
      const now = await answer(
        client.POST("/api/v1/annotation/lists/{list_id}/cases", { params, body }),
      );
      toasts.tell(count("annotation.added", now.cases.length - detail.cases.length));
      setText("");
      changed(now);
    } catch (failure) {
      setProblem(failure);
    }
    setBusy(false);
  }

  return (
    <details className="add-cases">
      <summary>{say("annotation.add")}</summary>
      <form className="new-list" onSubmit={(event) => void add(event)}>
        <p className="hint">{say("annotation.add.why")}</p>
        <StudiesChoice text={text} set={setText} />
        <ScopeChoice name="added-scope" scope={scope} set={setScope} />
        <label className="field">
          <span>{say("annotation.described")}</span>
          <input
            className="input"
            maxLength={80}
            value={described}
            onChange={(event) => setDescribed(event.target.value)}
          />
        </label>
        {problem === undefined ? null : <Failure problem={problem} />}
        <div>
          <button type="submit" className="button" disabled={busy || named(text).length === 0}>
            {say("annotation.add.act")}
          </button>
        </div>
      </form>
    </details>
  );
}
