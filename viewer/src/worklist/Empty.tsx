import type { ReactNode } from "react";
import { Link } from "react-router";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useWords } from "../words";
import { type Asked, isNarrowed, NOTHING } from "./query";

/** What stands where no study is: none yet, or none that fits. */
export function Empty(props: {
  asked: Asked;
  clear: (none: Partial<Asked>) => void;
}): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  if (isNarrowed(props.asked)) {
    return (
      <div className="empty">
        <h2>{say("worklist.nothing")}</h2>
        <p>{say("worklist.nothing.why")}</p>
        <button type="button" className="button" onClick={() => props.clear(NOTHING)}>
          {say("worklist.clear")}
        </button>
      </div>
    );
  }
  return (
    <div className="empty">
      <h2>{say("worklist.empty")}</h2>
      <p>{say("worklist.empty.why")}</p>
      {may(PERMISSIONS.upload) ? (
        <Link className="button primary" to="/upload">
          {say("worklist.empty.upload")}
        </Link>
      ) : null}
    </div>
  );
}
