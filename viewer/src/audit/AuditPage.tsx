import { type ReactNode, useCallback, useState } from "react";
import { useSearchParams } from "react-router";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useDebounced } from "../shell/useDebounced";
import { useWords } from "../words";
import { AuditFilters } from "./AuditFilters";
import { AuditTable } from "./AuditTable";
import { Chain } from "./Chain";
import { addressOf, type Asked, askedOf, exportAddress, queryOf } from "./query";
import { zoneName } from "./time";
import "./audit.css";

const SETTLES_MS = 300;
const A_PAGE = 50;

/** The audit log: who did what to what and when, and whether it is whole. */
export function AuditPage(): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const [address, setAddress] = useSearchParams();
  const asked = askedOf(address);
  const settled = useDebounced(addressOf(asked).toString(), SETTLES_MS);
  const [cursors, setCursors] = useState<number[]>([]);
  const before = cursors.at(-1);
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => {
        const narrowed = queryOf(askedOf(new URLSearchParams(settled)));
        const query = { ...narrowed, limit: A_PAGE, ...(before ? { before } : {}) };
        return answer(client.GET("/api/v1/audit", { params: { query }, signal }));
      },
      [client, settled, before],
    ),
  );
  const change = (changed: Partial<Asked>) => {
    setCursors([]);
    setAddress(addressOf({ ...asked, ...changed }), { replace: true });
  };
  const page = loaded.data;
  const older = page?.next;
  return (
    <div className="page audit">
      <div className="audit-head">
        <h1>{say("audit.title")}</h1>
        <button
          type="button"
          className="button"
          onClick={() => (cursors.length > 0 ? setCursors([]) : loaded.reload())}
        >
          {say("audit.refresh")}
        </button>
        <a className="button" href={exportAddress(asked)} download title={say("audit.export.why")}>
          {say("audit.export")}
        </a>
      </div>
      <p className="hint">
        {say("audit.why")} {say("audit.zone", { zone: zoneName() })}
      </p>
      <Chain />
      <AuditFilters asked={asked} change={change} />
      {loaded.problem === undefined ? null : (
        <Failure problem={loaded.problem} again={loaded.reload} />
      )}
      {page || loaded.problem ? null : <Waiting />}
      {page?.acts.length === 0 ? <p>{say("audit.none")}</p> : null}
      {page && page.acts.length > 0 ? <AuditTable acts={page.acts} busy={loaded.loading} /> : null}
      <Turn
        newer={cursors.length > 0 ? () => setCursors((all) => all.slice(0, -1)) : undefined}
        older={older ? () => setCursors((all) => [...all, older]) : undefined}
      />
    </div>
  );
}

function Turn({ newer, older }: Record<"newer" | "older", (() => void) | undefined>): ReactNode {
  const { say } = useWords();
  if (!newer && !older) return null;
  return (
    <nav className="audit-turn" aria-label={say("worklist.pages")}>
      <button type="button" className="button" disabled={!newer} onClick={newer}>
        {say("audit.newer")}
      </button>
      <button type="button" className="button" disabled={!older} onClick={older}>
        {say("audit.older")}
      </button>
    </nav>
  );
}
