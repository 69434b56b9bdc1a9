import { type ReactNode, useCallback } from "react";
import { Link } from "react-router";
import { useLoaded } from "../api/loaded";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useWords } from "../words";
import { WhenLoaded } from "./LoadedPage";
import type { Collection } from "./types";
import { useCalls } from "./useCalls";

/** The collections of cases, with how far one has come. */
export function CollectionsPage(): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const calls = useCalls();
  const loaded = useLoaded(useCallback((signal: AbortSignal) => calls.collections(signal), [calls]));
  const teaches = may(PERMISSIONS.teach);
  return (
    <div className="page teaching">
      <header className="teaching-head">
        <h1>{say("teaching.title")}</h1>
        {teaches ? (
          <Link to="new" className="button primary">
            {say("teaching.new")}
          </Link>
        ) : null}
      </header>
      <p className="hint">{say("teaching.why")}</p>
      <WhenLoaded loaded={loaded}>
        {(collections) =>
          collections.length ? (
            <ul className="teaching-list">
              {collections.map((one) => (
                <CollectionCard key={one.id} collection={one} />
              ))}
            </ul>
          ) : (
            <p className="card">{say(teaches ? "teaching.none.teacher" : "teaching.none")}</p>
          )
        }
      </WhenLoaded>
    </div>
  );
}

function CollectionCard({ collection }: { collection: Collection }): ReactNode {
  const { say, name, count } = useWords();
  const { id, title, description, anatomy, cases, answered, published, by } = collection;
  return (
    <li className="card teaching-card">
      <header>
        <h2>
          <Link to={String(id)}>{title}</Link>
        </h2>
        <span className="tag plain">{name("anatomy", anatomy)}</span>
        {published ? null : <span className="tag">{say("teaching.unpublished")}</span>}
      </header>
      {description ? <p>{description}</p> : null}
      <Progress done={answered} of={cases} />
      <p className="hint">
        {count("teaching.cases", cases)} · {say("teaching.by", { name: by })}
      </p>
    </li>
  );
}

/** How many of the cases are answered. */
export function Progress({ done, of }: { done: number; of: number }): ReactNode {
  const { say } = useWords();
  const text = say("teaching.progress", { done, of });
  return (
    <div className="teaching-progress">
      <progress value={done} max={Math.max(of, 1)} aria-label={text} />
      <span>{text}</span>
    </div>
  );
}
