import { type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { TokenEntry } from "../api/types";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { isLive } from "./live";
import { NewToken } from "./NewToken";
import { TokenSecret } from "./TokenSecret";
import { TokenTable } from "./TokenTable";

/** One's own access tokens: making one, seeing when each was used last, revoking. */
export function Tokens(): ReactNode {
  const { say, number } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => answer(client.GET("/api/v1/tokens", { signal })),
      [client],
    ),
  );
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<TokenEntry | null>(null);
  const [now] = useState(() => Date.now());
  const live = loaded.data?.filter((token) => isLive(token, now)) ?? [];
  const over = loaded.data?.filter((token) => !isLive(token, now)) ?? [];

  async function revoke({ id, name }: TokenEntry) {
    try {
      const params = { path: { token_id: id } };
      await answer(client.DELETE("/api/v1/tokens/{token_id}", { params }));
      toasts.tell(say("account.tokens.revoke.done", { name }));
    } catch (problem) {
      toasts.fail(problem);
    } finally {
      loaded.reload();
    }
  }

  return (
    <section className="card account-tokens" aria-labelledby="account-tokens">
      <div className="account-head">
        <h2 id="account-tokens">{say("account.tokens")}</h2>
        <button type="button" className="button" onClick={() => setMaking(true)}>
          {say("account.tokens.make")}
        </button>
      </div>
      <p className="hint">{say("account.tokens.why")}</p>
      {loaded.problem === undefined ? null : (
        <Failure problem={loaded.problem} again={loaded.reload} />
      )}
      {loaded.data || loaded.problem ? null : <Waiting />}
      {loaded.data && live.length === 0 ? <p>{say("account.tokens.none")}</p> : null}
      {live.length > 0 ? <TokenTable tokens={live} now={now} revoke={revoke} /> : null}
      {over.length > 0 ? (
        <details>
          <summary>{say("account.tokens.past", { n: number(over.length) })}</summary>
          <TokenTable tokens={over} now={now} />
        </details>
      ) : null}
      {making ? (
        <NewToken
          close={() => setMaking(false)}
          made={(token) => {
            setMaking(false);
            setMade(token);
            loaded.reload();
          }}
        />
      ) : null}
      {made?.secret ? <TokenSecret secret={made.secret} close={() => setMade(null)} /> : null}
    </section>
  );
}
