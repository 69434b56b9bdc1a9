import { type FormEvent, type ReactNode, useState } from "react";
import { Link, useNavigate } from "react-router";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { ChosenCases } from "../api/types";
import { useSession } from "../session/session";
import { Failure } from "../shell/Failure";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { askPeople } from "./ask";
import { Chosen } from "./Chosen";
import { asLabels, LabelsEditor, newLabel } from "./LabelsEditor";
import { PeopleChoice } from "./PeopleChoice";
import { type Scope, ScopeChoice } from "./ScopeChoice";
import { named, StudiesChoice } from "./StudiesChoice";
import { useAsked } from "./useAsked";

/** Makes a list: its cases, what is drawn on them, and by whom. */
export function NewListPage(): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const { client } = useApi();
  const toasts = useToasts();
  const navigate = useNavigate();
  const people = useAsked(askPeople);
  const [name, setName] = useState("");
  const [studies, setStudies] = useState("");
  const [scope, setScope] = useState<Scope>("series");
  const [described, setDescribed] = useState("");
  const [labels, setLabels] = useState([newLabel(0)]);
  const [annotators, setAnnotators] = useState<readonly number[]>([]);
  const [tried, setTried] = useState<ChosenCases>();
  const [problem, setProblem] = useState<unknown>();
  const choice = { studies: named(studies), scope, described };

  async function attempt<T>(act: Promise<T>): Promise<T | undefined> {
    setProblem(undefined);
    try {
      return await act;
    } catch (failure) {
      setProblem(failure);
      return undefined;
    }
  }
  async function show() {
    setTried(await attempt(answer(client.POST("/api/v1/annotation/choice", { body: choice }))));
  }
  async function make(event: FormEvent) {
    event.preventDefault();
    const body = { ...choice, name, labels: asLabels(labels), annotators: [...annotators] };
    const made = await attempt(answer(client.POST("/api/v1/annotation/lists", { body })));
    if (!made) return;
    toasts.tell(say("annotation.made"));
    void navigate(`/annotation/lists/${made.of_list.id}`);
  }

  const hint = may(PERMISSIONS.identity) ? "annotation.described.hint" : "annotation.described.hint.pseudonymous";
  return (
    <div className="page annotation">
      <header className="annotation-head">
        <h1>{say("annotation.new")}</h1>
        <Link to="/annotation" className="button plain">
          {say("annotation.back")}
        </Link>
      </header>
      <form className="new-list" onSubmit={(event) => void make(event)}>
        <label className="field">
          <span>{say("annotation.name")}</span>
          <input
            className="input"
            required
            maxLength={80}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <StudiesChoice text={studies} set={setStudies} />
        <ScopeChoice name="scope" scope={scope} set={setScope} />
        <label className="field">
          <span>{say("annotation.described")}</span>
          <input
            className="input"
            maxLength={80}
            value={described}
            onChange={(event) => setDescribed(event.target.value)}
          />
          <span className="hint">{say(hint)}</span>
        </label>
        <div>
          <button
            type="button"
            className="button"
            disabled={choice.studies.length === 0}
            onClick={() => void show()}
          >
            {say("annotation.try")}
          </button>
        </div>
        {tried ? <Chosen chosen={tried} /> : null}
        <LabelsEditor labels={labels} set={setLabels} />
        {people.problem ? <Failure problem={people.problem} again={people.reload} /> : null}
        {people.data ? (
          <PeopleChoice people={people.data} chosen={annotators} choose={setAnnotators} />
        ) : null}
        {problem === undefined ? null : <Failure problem={problem} />}
        <div>
          <button type="submit" className="button primary" disabled={annotators.length === 0}>
            {say("annotation.make")}
          </button>
        </div>
      </form>
    </div>
  );
}
