import { type ReactNode, useState } from "react";
import type { TokenEntry } from "../api/types";
import { useWords } from "../words";
import { isLive } from "./live";

/** Tokens with what is known of them; never their secrets. */
export function TokenTable(props: {
  tokens: readonly TokenEntry[];
  now: number;
  /** Left out where nothing is left to revoke. */
  revoke?: (token: TokenEntry) => Promise<void>;
}): ReactNode {
  const { say } = useWords();
  const words = ["name", "scope", "made", "until", "used", "state"] as const;
  return (
    <div className="account-scroll">
      <table aria-label={say("account.tokens.list")}>
        <thead>
          <tr>
            {words.map((word) => (
              <th key={word} scope="col">
                {say(`account.tokens.column.${word}`)}
              </th>
            ))}
            {props.revoke ? (
              <th scope="col">
                <span className="unseen">{say("account.tokens.column.acts")}</span>
              </th>
            ) : null}
          </tr>
        </thead>
        <tbody>
          {props.tokens.map((token) => (
            <Row key={token.id} token={token} now={props.now} revoke={props.revoke} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: {
  token: TokenEntry;
  now: number;
  revoke: ((token: TokenEntry) => Promise<void>) | undefined;
}): ReactNode {
  const { say, date, moment } = useWords();
  const { token, now, revoke } = props;
  let state = say("account.tokens.over");
  if (token.revoked) state = say("account.tokens.revoked");
  else if (isLive(token, now)) state = say("account.tokens.live");
  return (
    <tr>
      <th scope="row">{token.name}</th>
      <td>{say(token.read_only ? "account.tokens.reads" : "account.tokens.all")}</td>
      <td>{date(token.created_at)}</td>
      <td>{token.expires_at ? date(token.expires_at) : say("account.tokens.noEnd")}</td>
      <td>{token.used_at ? moment(token.used_at) : say("account.tokens.unused")}</td>
      <td>{state}</td>
      {revoke ? (
        <td>
          <Revoke token={token} revoke={() => revoke(token)} />
        </td>
      ) : null}
    </tr>
  );
}

/** Revokes when it is asked for twice: a program that uses the token stops working. */
function Revoke({ token, revoke }: { token: TokenEntry; revoke: () => Promise<void> }): ReactNode {
  const { say } = useWords();
  const [sure, setSure] = useState(false);
  const [busy, setBusy] = useState(false);
  const act = () => {
    if (!sure) return setSure(true);
    setBusy(true);
    void revoke().finally(() => setBusy(false));
  };
  return (
    <button
      type="button"
      className="button plain danger"
      disabled={busy}
      aria-label={sure ? undefined : say("account.tokens.revoke.of", { name: token.name })}
      onClick={act}
      onBlur={() => setSure(false)}
    >
      {say(sure ? "account.tokens.revoke.sure" : "account.tokens.revoke")}
    </button>
  );
}
