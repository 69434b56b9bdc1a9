import { type ReactNode, type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useLocation, useNavigationType, useSearchParams } from "react-router";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import { useLive } from "../api/useLive";
import { Failure } from "../shell/Failure";
import { useTrail } from "../shell/trail";
import { useDebounced } from "../shell/useDebounced";
import { useWords } from "../words";
import { Filters } from "./Filters";
import { Empty } from "./Empty";
import { Help } from "./Help";
import { Head } from "./Head";
import { Pager } from "./Pager";
import { addressOf, type Asked, askedOf, queryOf } from "./query";
import { StudyTable } from "./StudyTable";
import { focusRow, rowsOf, useKeys } from "./useKeys";
import "./studies.css";
import "./worklist.css";

const SEARCH_SETTLES_MS = 200;

/** The studies of the clinic: found, filtered, in order, and kept up to date by themselves. */
export function WorklistPage(): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const [asked, ask] = useAsked();
  const search = useDebounced(asked.search, SEARCH_SETTLES_MS);
  const [cursors, setCursors] = useState<string[]>([]);
  const after = cursors.at(-1) ?? null;
  const address = addressOf({ ...asked, search }).toString();
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => {
        const query = queryOf(askedOf(new URLSearchParams(address)), after);
        return answer(client.GET("/api/v1/worklist", { params: { query }, signal }));
      },
      [client, address, after],
    ),
  );
  const live = useLive(loaded.reload);
  const page = useRef<HTMLElement>(null);
  const [helping, setHelping] = useState(false);
  const list = loaded.data;
  const next = () => {
    const more = list?.next;
    if (more) setCursors((before) => [...before, more]);
  };
  const previous = () => setCursors((before) => before.slice(0, -1));
  useReturn(page, list !== undefined);
  useKeys(page, { next, previous, help: () => setHelping(true) });

  const change = (changed: Partial<Asked>) => {
    setCursors([]);
    ask({ ...asked, ...changed });
  };
  return (
    <section ref={page} className="worklist" aria-labelledby="worklist-title">
      <div className="worklist-top">
        <Head list={list} live={live} help={() => setHelping(true)} />
        <Filters asked={asked} change={change} />
        <p className="worklist-note">{say("worklist.note")}</p>
      </div>
      {loaded.problem === undefined ? null : (
        <div className="worklist-failure">
          <Failure problem={loaded.problem} again={loaded.reload} />
        </div>
      )}
      {list?.studies.length === 0 && loaded.problem === undefined ? (
        <Empty asked={asked} clear={(none) => change(none)} />
      ) : (
        <StudyTable
          studies={list?.studies}
          waiting={loaded.loading && loaded.problem === undefined}
          sort={asked.sort}
          sortBy={(sort) => change({ sort })}
        />
      )}
      <Pager
        page={cursors.length + 1}
        previous={cursors.length > 0 ? previous : undefined}
        next={list?.next ? next : undefined}
      />
      {helping ? <Help close={() => setHelping(false)} /> : null}
    </section>
  );
}

/** Goes back to the study that somebody comes from, once the list is there. */
function useReturn(page: RefObject<HTMLElement | null>, there: boolean): void {
  const { study } = useTrail();
  const from = useRef(study);
  useEffect(() => {
    if (!there || !from.current) return;
    focusRow(rowsOf(page.current).find((link) => link.getAttribute("href") === from.current));
    from.current = null;
  }, [page, there]);
}

/** What is asked for, kept in the address so that going back finds it again. */
function useAsked(): [Asked, (asked: Asked) => void] {
  const [address, setAddress] = useSearchParams();
  const { search } = useLocation();
  const arrival = useNavigationType();
  const [asked, setAsked] = useState(() => askedOf(address));
  useEffect(() => {
    // This page itself only replaces its address, and that comes after what was written since:
    // read back, it would take letters away from somebody who types.
    if (arrival !== "REPLACE") setAsked(askedOf(new URLSearchParams(search)));
  }, [arrival, search]);
  const ask = (wanted: Asked) => {
    setAsked(wanted);
    setAddress(addressOf(wanted), { replace: true });
  };
  return [asked, ask];
}
