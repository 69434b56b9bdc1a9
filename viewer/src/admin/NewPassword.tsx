import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { UserEntry } from "../api/types";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { Text } from "./AddUser";

/** Gives somebody a new password, which they must change. */
export function NewPassword(props: { user: UserEntry; close: () => void }): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<unknown>();
  const name = props.user.name;

  async function set(event: FormEvent) {
    event.preventDefault();
    const params = { path: { user_id: props.user.id } };
    try {
      await answer(client.PATCH("/api/v1/users/{user_id}", { params, body: { password } }));
    } catch (failure) {
      return setProblem(failure);
    }
    toasts.tell(say("users.password.saved", { name }));
    props.close();
  }

  return (
    <Dialog title={say("users.password.for", { name })} close={props.close}>
      <form onSubmit={(event) => void set(event)}>
        <Text label={say("users.password")} value={password} set={setPassword} secret />
        <p className="hint">{say("users.password.why")}</p>
        {problem === undefined ? null : <Failure problem={problem} />}
        <div className="dialog-acts">
          <button type="button" className="button" onClick={props.close}>
            {say("shell.cancel")}
          </button>
          <button type="submit" className="button primary">
            {say("shell.save")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
