import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { TokenEntry } from "../api/types";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";

const DAYS = [7, 30, 90, 180, 366];
const USUAL = 90;

/** Asks what a token is for and how long it holds, and has it made. */
export function NewToken(props: {
  close: () => void;
  made: (token: TokenEntry) => void;
}): ReactNode {
  const { say, count } = useWords();
  const { client } = useApi();
  const [name, setName] = useState("");
  const [days, setDays] = useState(USUAL);
  const [readOnly, setReadOnly] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  async function make(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const body = { name: name.trim(), days, read_only: readOnly };
      props.made(await answer(client.POST("/api/v1/tokens", { body })));
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  }

  return (
    <Dialog title={say("account.tokens.make")} close={props.close}>
      <form onSubmit={(event) => void make(event)}>
        <label className="field">
          <span>{say("account.tokens.purpose")}</span>
          <input
            className="input"
            autoComplete="off"
            required
            maxLength={120}
            pattern=".*\S.*"
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="field">
          <span>{say("account.tokens.days")}</span>
          <select
            className="input"
            value={days}
            onChange={(event) => setDays(Number(event.target.value))}
          >
            {DAYS.map((n) => (
              <option key={n} value={n}>
                {count("account.tokens.days", n)}
              </option>
            ))}
          </select>
        </label>
        <fieldset className="token-scope">
          <legend>{say("account.tokens.scope")}</legend>
          {[true, false].map((one) => (
            <label key={String(one)}>
              <input
                type="radio"
                name="scope"
                checked={readOnly === one}
                onChange={() => setReadOnly(one)}
              />
              {say(one ? "account.tokens.scope.read" : "account.tokens.scope.full")}
            </label>
          ))}
        </fieldset>
        {problem === undefined ? null : <Failure problem={problem} />}
        <div className="dialog-acts">
          <button type="button" className="button" onClick={props.close}>
            {say("shell.cancel")}
          </button>
          <button type="submit" className="button primary" disabled={busy}>
            {say("account.tokens.make")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
