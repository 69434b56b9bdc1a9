import { type FormEvent, type ReactNode, useCallback, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useLoaded } from "../api/loaded";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { CasesEditor } from "./CasesEditor";
import { CollectionHead } from "./CollectionPage";
import { WhenLoaded } from "./LoadedPage";
import { QuestionsField } from "./QuestionsField";
import type { CollectionDetail, NewCollection, Question } from "./types";
import { useCalls, useOne } from "./useCalls";

const ask: Parameters<typeof useOne<CollectionDetail>>[1] = (calls, id, signal) =>
  calls.collection(id, signal);

/** A new collection: what it is called and asks. */
export function NewCollectionPage(): ReactNode {
  const { say } = useWords();
  const calls = useCalls();
  const navigate = useNavigate();
  return (
    <div className="page teaching">
      <header className="teaching-collection">
        <Link to="/teaching" className="teaching-back">
          ← {say("teaching.title")}
        </Link>
        <h1>{say("teaching.new")}</h1>
      </header>
      <AboutForm
        first={{ title: "", description: "", anatomy: "lumbar-spine", questions: [] }}
        fixed={null}
        save={async (body) => {
          const { collection } = await calls.make(body);
          void navigate(`/teaching/${collection.id}/edit`, { replace: true });
        }}
      />
    </div>
  );
}

/** A collection as its teacher changes it. */
export function EditorPage(): ReactNode {
  const loaded = useOne(Number(useParams().id), ask);
  return (
    <WhenLoaded loaded={loaded}>
      {(detail) => <Editing key={detail.collection.id} first={detail} />}
    </WhenLoaded>
  );
}

function Editing({ first }: { first: CollectionDetail }): ReactNode {
  const { say } = useWords();
  const calls = useCalls();
  const toasts = useToasts();
  const [detail, setDetail] = useState(first);
  const { collection } = detail;
  const { id, published } = collection;
  // What is asked decides what a case can be judged by: the cases are asked for anew with it.
  const asked = JSON.stringify(detail.asked);
  const publish = (on: boolean) =>
    calls.change(id, { published: on }).then(setDetail, toasts.fail);
  return (
    <div className="page teaching">
      <CollectionHead collection={collection} here="edit" />
      <section className="card">
        <label className="teaching-publish">
          <input
            type="checkbox"
            checked={published}
            onChange={(event) => void publish(event.target.checked)}
          />
          <span>{say("teaching.publish")}</span>
        </label>
        <p className="hint">{say("teaching.publish.why")}</p>
      </section>
      <CasesEditor key={asked} collection={collection} items={detail.items.length} />
      <AboutForm
        first={{ ...collection, questions: detail.asked }}
        fixed={{ anatomy: true, questions: detail.begun_by_somebody }}
        save={async ({ title, description, questions }) => {
          setDetail(await calls.change(id, { title, description, questions }));
          toasts.tell(say("teaching.saved"));
        }}
      />
    </div>
  );
}

const ANATOMIES = ["lumbar-spine", "knee", "ankle"] as const;

function AboutForm(props: {
  first: Pick<NewCollection, "title" | "anatomy" | "questions"> & { description: string };
  fixed: { anatomy: boolean; questions: boolean } | null;
  save: (body: Required<NewCollection>) => Promise<void>;
}): ReactNode {
  const { say, name } = useWords();
  const { first, fixed, save } = props;
  const calls = useCalls();
  const loaded = useLoaded(useCallback((signal: AbortSignal) => calls.questions(signal), [calls]));
  const [about, setAbout] = useState({
    title: first.title,
    description: first.description,
    anatomy: first.anatomy,
    questions: first.questions,
  });
  const [problem, setProblem] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const set = (changed: Partial<typeof about>) => setAbout((before) => ({ ...before, ...changed }));
  const fitting = (all: readonly Question[]) => all.filter((one) => one.anatomy === about.anatomy);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    try {
      await save(about);
      setProblem(undefined);
    } catch (failure) {
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className="card teaching-about" onSubmit={(event) => void submit(event)}>
      <h2>{say("teaching.about")}</h2>
      <label className="field">
        <span>{say("teaching.field.title")}</span>
        <input
          className="input"
          required
          maxLength={200}
          value={about.title}
          onChange={(event) => set({ title: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{say("teaching.field.description")}</span>
        <textarea
          className="input"
          rows={3}
          maxLength={5000}
          value={about.description}
          onChange={(event) => set({ description: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{say("worklist.anatomy")}</span>
        <select
          className="input"
          value={about.anatomy}
          disabled={fixed?.anatomy ?? false}
          onChange={(event) => set({ anatomy: event.target.value, questions: [] })}
        >
          {ANATOMIES.map((one) => (
            <option key={one} value={one}>
              {name("anatomy", one)}
            </option>
          ))}
        </select>
      </label>
      <WhenLoaded loaded={loaded}>
        {(all) => (
          <QuestionsField
            questions={fitting(all)}
            asked={about.questions}
            fixed={fixed?.questions ?? false}
            set={(questions) => set({ questions })}
          />
        )}
      </WhenLoaded>
      {problem === undefined ? null : <Failure problem={problem} />}
      <div className="teaching-acts">
        <button type="submit" className="button primary" disabled={busy || !about.questions.length}>
          {say(fixed ? "shell.save" : "teaching.make")}
        </button>
        {about.questions.length ? null : <span className="hint">{say("teaching.askSomething")}</span>}
      </div>
    </form>
  );
}
