import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { ApiProblem } from "../api/problem";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords, type Word } from "../words";
import { useSession } from "./session";

/** As few characters as the service takes; what else it asks, its answer says. */
const LEAST = 12;

/** Changes one's own password: the old one, and the new one twice. */
export function PasswordForm({
  old: oldWord,
  done,
}: {
  /** What the password that holds now is called. */
  old: Word;
  /** Called once it is changed. */
  done?: () => Promise<void>;
}): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const { me } = useSession();
  const toasts = useToasts();
  const why = useId();
  const [old, setOld] = useState("");
  const [chosen, setChosen] = useState("");
  const [repeated, setRepeated] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  async function change(event: FormEvent) {
    event.preventDefault();
    if (chosen !== repeated) return setProblem(wrong(say("session.change.differ")));
    if (chosen === old) return setProblem(wrong(say("session.change.same")));
    if (chosen.length < LEAST) return setProblem(wrong(say("session.change.short")));
    setProblem(undefined);
    setBusy(true);
    try {
      const body = { password: old, new_password: chosen };
      await answer(client.PUT("/api/v1/session/password", { body }));
      for (const empty of [setOld, setChosen, setRepeated]) empty("");
      toasts.tell(say("session.change.done"));
      await done?.();
    } catch (failure) {
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <form className="password-form" onSubmit={(event) => void change(event)}>
      <input type="hidden" name="username" autoComplete="username" value={me.name} readOnly />
      <Secret word={oldWord} kind="current-password" value={old} set={setOld} />
      <Secret
        word="session.change.new"
        kind="new-password"
        value={chosen}
        set={setChosen}
        why={why}
      />
      <Secret
        word="session.change.repeat"
        kind="new-password"
        value={repeated}
        set={setRepeated}
      />
      <p id={why} className="hint">
        {say("session.change.needed")}
      </p>
      {problem === undefined ? null : <Failure problem={problem} />}
      <button type="submit" className="button primary" disabled={busy}>
        {say("session.change.enter")}
      </button>
    </form>
  );
}

function wrong(failed: string): ApiProblem {
  return new ApiProblem(422, { failed });
}

function Secret(props: {
  word: Word;
  kind: "current-password" | "new-password";
  value: string;
  set: (value: string) => void;
  why?: string;
}): ReactNode {
  const { say } = useWords();
  return (
    <label className="field">
      <span>{say(props.word)}</span>
      <input
        className="input"
        type="password"
        autoComplete={props.kind}
        aria-describedby={props.why}
        required
        value={props.value}
        onChange={(event) => props.set(event.target.value)}
      />
    </label>
  );
}
