import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { ApiProblem } from "../api/problem";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { Door } from "./LogInPage";
import { useSession } from "./session";

/** The page of somebody whose password was chosen by another. */
export function MustChangePage(): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const { me, refresh } = useSession();
  const toasts = useToasts();
  const [old, setOld] = useState("");
  const [chosen, setChosen] = useState("");
  const [repeated, setRepeated] = useState("");
  const [problem, setProblem] = useState<unknown>();

  async function change(event: FormEvent) {
    event.preventDefault();
    if (chosen !== repeated) return setProblem(wrong(say("session.change.differ")));
    if (chosen === old) return setProblem(wrong(say("session.change.same")));
    try {
      await answer(
        client.PUT("/api/v1/session/password", {
          body: { password: old, new_password: chosen },
        }),
      );
      toasts.tell(say("session.change.done"));
      await refresh();
    } catch (failure) {
      setProblem(failure);
    }
  }

  return (
    <Door>
      <h1>{say("session.change.title")}</h1>
      <p>{say("session.change.why")}</p>
      <form onSubmit={(event) => void change(event)}>
        <input type="hidden" name="username" autoComplete="username" value={me.name} readOnly />
        <Secret word="session.change.old" kind="current-password" value={old} set={setOld} />
        <Secret word="session.change.new" kind="new-password" value={chosen} set={setChosen} />
        <Secret
          word="session.change.repeat"
          kind="new-password"
          value={repeated}
          set={setRepeated}
        />
        {problem === undefined ? null : <Failure problem={problem} />}
        <button type="submit" className="button primary">
          {say("session.change.enter")}
        </button>
      </form>
    </Door>
  );
}

function wrong(failed: string): ApiProblem {
  return new ApiProblem(422, { failed });
}

function Secret(props: {
  word: "session.change.old" | "session.change.new" | "session.change.repeat";
  kind: "current-password" | "new-password";
  value: string;
  set: (value: string) => void;
}): ReactNode {
  const { say } = useWords();
  return (
    <label className="field">
      <span>{say(props.word)}</span>
      <input
        className="input"
        type="password"
        autoComplete={props.kind}
        required
        value={props.value}
        onChange={(event) => props.set(event.target.value)}
      />
    </label>
  );
}
