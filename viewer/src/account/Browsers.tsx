import { type ReactNode, useCallback } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";

/** The browsers in which one is logged in, with their last use, and what ends one. */
export function Browsers(): ReactNode {
  const { say, moment } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const { data, problem, reload } = useLoaded(
    useCallback(
      (signal: AbortSignal) => answer(client.GET("/api/v1/session/browsers", { signal })),
      [client],
    ),
  );

  async function end(browser: string) {
    try {
      const params = { path: { browser } };
      await answer(client.DELETE("/api/v1/session/browsers/{browser}", { params }));
      toasts.tell(say("account.browsers.ended"));
    } catch (failure) {
      toasts.fail(failure);
    } finally {
      reload();
    }
  }

  return (
    <section className="card account-tokens" aria-labelledby="account-browsers">
      <h2 id="account-browsers">{say("account.browsers")}</h2>
      <p className="hint">{say("account.browsers.why")}</p>
      {problem === undefined ? null : <Failure problem={problem} again={reload} />}
      <div className="account-scroll">
        <table aria-labelledby="account-browsers">
          <thead>
            <tr>
              <th scope="col">{say("account.browsers.since")}</th>
              <th scope="col">{say("account.browsers.used")}</th>
              <th scope="col">{say("account.browsers.until")}</th>
              <th scope="col">
                <span className="unseen">{say("account.browsers.end")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data?.map(({ id, started_at, used_at, ends_at, this: here }) => (
              <tr key={id}>
                <th scope="row">{moment(started_at)}</th>
                <td>{moment(used_at)}</td>
                <td>{moment(ends_at)}</td>
                <td>
                  {here ? (
                    say("account.browsers.this")
                  ) : (
                    <button
                      type="button"
                      className="button plain danger"
                      onClick={() => void end(id)}
                    >
                      {say("account.browsers.end")}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
