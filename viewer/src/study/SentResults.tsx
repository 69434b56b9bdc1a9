import { type ReactNode, useCallback } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";

/** What of a study went where, by hand or by the routing rules, and what became of it. */
export function SentResults({ study }: { study: number }): ReactNode {
  const { say, name, moment } = useWords();
  const { client } = useApi();
  const loaded = useLoaded(
    useCallback(
      (signal) => {
        const params = { path: { study_id: study } };
        return answer(client.GET("/api/v1/studies/{study_id}/sent", { params, signal }));
      },
      [client, study],
    ),
  );
  if (loaded.problem !== undefined) return <Failure problem={loaded.problem} />;
  if (!loaded.data) return null;
  const { sent, due, failed } = loaded.data;
  return (
    <section className="sent-results" aria-label={say("export.sent")}>
      <h3>{say("export.sent")}</h3>
      {failed ? <p className="again-refused">{say("export.sent.failed")}</p> : null}
      {due ? <p className="hint">{say("export.sent.due")}</p> : null}
      {sent.length || due || failed ? null : <p className="hint">{say("export.sent.none")}</p>}
      <ul>
        {sent.map((one) => {
          const kinds = one.kinds.map((kind) => kind.toUpperCase()).join(", ");
          const state = name("export.sent", one.state);
          const when = moment(one.done_at ?? one.put_at);
          return (
            <li key={`${one.peer} ${one.put_at} ${one.state}`}>
              <strong>{say("export.sent.to", { kinds, peer: one.peer })}</strong>{" "}
              {say("export.sent.since", { state, when })}
              {one.verified ? null : ` (${say("export.sent.unverified")})`}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
