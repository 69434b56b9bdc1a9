import { type FormEvent, type ReactNode, useState } from "react";
import { ApiProblem } from "../api/problem";
import { Failure } from "../shell/Failure";
import { LanguageChoice } from "../shell/LanguageChoice";
import { Mark } from "../shell/Mark";
import { useWords } from "../words";
import { useEntrance } from "./session";
import "./session.css";

/** The page at which everybody enters. */
export function LogInPage({ ended }: { ended: boolean }): ReactNode {
  const { say } = useWords();
  const { logIn } = useEntrance();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  async function enter(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      await logIn(name.trim(), password);
    } catch (failure) {
      setProblem(failure);
      // Where nobody looked at the password it is not typed again.
      if (!(failure instanceof ApiProblem && failure.passing)) setPassword("");
      setBusy(false);
    }
  }

  return (
    <Door>
      <h1>{say("session.title")}</h1>
      {ended ? <p className="door-note">{say("session.ended")}</p> : null}
      <form onSubmit={(event) => void enter(event)}>
        <label className="field">
          <span>{say("session.name")}</span>
          <input
            className="input"
            name="username"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            required
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="field">
          <span>{say("session.password")}</span>
          <input
            className="input"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </label>
        {problem === undefined ? null : <Failure problem={problem} />}
        <button type="submit" className="button primary" disabled={busy}>
          {say(busy ? "session.entering" : "session.enter")}
        </button>
      </form>
    </Door>
  );
}

/** What stands around the forms before the pages. */
export function Door({ children }: { children: ReactNode }): ReactNode {
  const { say } = useWords();
  return (
    <main className="door">
      <div className="door-name">
        <Mark />
        <span>Condyle</span>
      </div>
      <p className="door-claim">{say("session.claim")}</p>
      <section className="door-card">{children}</section>
      <p className="door-research">{say("session.research")}</p>
      <LanguageChoice />
    </main>
  );
}
