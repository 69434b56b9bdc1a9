import { type ReactNode, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { Progress } from "./CollectionsPage";
import { WhenLoaded } from "./LoadedPage";
import { timeText } from "./time";
import type { CollectionDetail, LearnerCase } from "./types";
import { useCalls, useOne } from "./useCalls";

const ask: Parameters<typeof useOne<CollectionDetail>>[1] = (calls, id, signal) =>
  calls.collection(id, signal);

/** One collection: what it asks, its cases, and the next one to read. */
export function CollectionPage(): ReactNode {
  const loaded = useOne(Number(useParams().id), ask);
  return <WhenLoaded loaded={loaded}>{(detail) => <Shown detail={detail} />}</WhenLoaded>;
}

function Shown({ detail }: { detail: CollectionDetail }): ReactNode {
  const { say, name } = useWords();
  const { collection, cases } = detail;
  const begin = useBegin();
  const next =
    cases.find(({ state }) => state === "begun") ?? cases.find(({ state }) => state === "unread");
  return (
    <div className="page teaching">
      <CollectionHead collection={collection} here="cases" />
      {collection.description ? <p>{collection.description}</p> : null}
      <Progress done={collection.answered} of={collection.cases} />
      <div className="teaching-acts">
        {next && collection.published ? (
          <button
            type="button"
            className="button primary"
            disabled={begin.busy}
            onClick={() => begin.begin(next.id)}
          >
            {say(next.state === "begun" ? "teaching.goOn" : "teaching.readNext", { n: next.number })}
          </button>
        ) : null}
        {collection.published ? null : <p className="hint">{say("teaching.unpublished.why")}</p>}
        {cases.length && !next ? <p>{say("teaching.allRead")}</p> : null}
      </div>
      <section className="card">
        <h2>{say("teaching.asked")}</h2>
        <ul className="teaching-asked">
          {detail.asked.map((one) => (
            <li key={one.name}>
              {detail.questions.find((question) => question.name === one.name)?.title}
              <span className="hint">{one.levels.join(", ")}</span>
            </li>
          ))}
        </ul>
        <p className="hint">{say("teaching.rules", { anatomy: name("anatomy", collection.anatomy) })}</p>
      </section>
      <section className="card">
        <h2>{say("teaching.casesTitle")}</h2>
        {cases.length ? (
          <CaseTable cases={cases} begin={begin} open={collection.published} />
        ) : (
          <p>{say("teaching.noCases")}</p>
        )}
      </section>
    </div>
  );
}

/** Begins a case, or goes on with it, and goes to its page. */
export function useBegin(): { begin: (id: number) => void; busy: boolean } {
  const calls = useCalls();
  const navigate = useNavigate();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);
  return {
    busy,
    begin: (id) => {
      setBusy(true);
      calls
        .begin(id)
        .then((attempt) => navigate(`/teaching/attempts/${attempt.id}`), toasts.fail)
        .finally(() => setBusy(false));
    },
  };
}

function CaseTable(props: {
  cases: readonly LearnerCase[];
  begin: ReturnType<typeof useBegin>;
  open: boolean;
}): ReactNode {
  const { say, moment } = useWords();
  return (
    <table className="teaching-table">
      <thead>
        <tr>
          <th>{say("teaching.case")}</th>
          <th>{say("teaching.state")}</th>
          <th>{say("teaching.answeredAt")}</th>
          <th className="number">{say("teaching.time")}</th>
          <th className="number">{say("teaching.right")}</th>
          <th>
            <span className="unseen">{say("teaching.acts")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.cases.map((one) => (
          <tr key={one.id}>
            <th scope="row">{one.number}</th>
            <td>
              {say(`teaching.state.${one.state}`)}
              {one.scorable ? null : <span className="tag plain">{say("teaching.noReference")}</span>}
            </td>
            <td>{one.submitted_at ? moment(one.submitted_at) : ""}</td>
            <td className="number">
              {one.looked_s === null || one.state === "unread" ? "" : timeText(one.looked_s)}
            </td>
            <td className="number">{one.scored ? `${one.right} / ${one.scored}` : ""}</td>
            <td className="number">
              <CaseAct {...props} of={one} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CaseAct(props: {
  of: LearnerCase;
  begin: ReturnType<typeof useBegin>;
  open: boolean;
}): ReactNode {
  const { say } = useWords();
  const { id, number, state, attempt } = props.of;
  if (state === "answered") {
    return (
      <Link to={`/teaching/attempts/${attempt}/result`} aria-label={say("teaching.resultOf", { n: number })}>
        {say("teaching.result")}
      </Link>
    );
  }
  if (!props.open) return null;
  return (
    <button
      type="button"
      className="button plain"
      disabled={props.begin.busy}
      aria-label={say(state === "begun" ? "teaching.goOn" : "teaching.readNext", { n: number })}
      onClick={() => props.begin.begin(id)}
    >
      {say(state === "begun" ? "teaching.goOnShort" : "teaching.read")}
    </button>
  );
}

/** A collection's title, with its pages. */
export function CollectionHead({
  collection,
  here,
}: {
  collection: { id: number; title: string; published: boolean };
  here: "cases" | "score" | "learners" | "edit";
}): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const teaches = may(PERMISSIONS.teach);
  const at = `/teaching/${collection.id}`;
  const pages = [
    ["cases", at],
    ["score", `${at}/score`],
    ...(teaches ? [["learners", `${at}/learners`] as const, ["edit", `${at}/edit`] as const] : []),
  ] as const;
  return (
    <header className="teaching-collection">
      <Link to="/teaching" className="teaching-back">
        ← {say("teaching.title")}
      </Link>
      <div className="teaching-head">
        <h1>
          {collection.title}{" "}
          {collection.published ? null : <span className="tag">{say("teaching.unpublished")}</span>}
        </h1>
        <nav className="teaching-pages" aria-label={collection.title}>
          {pages.map(([page, to]) => (
            <Link key={page} to={to} aria-current={page === here ? "page" : undefined}>
              {say(`teaching.page.${page}`)}
            </Link>
          ))}
        </nav>
      </div>
    </header>
  );
}
