import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { NewUser } from "../api/types";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { roleOf, ROLES } from "./roles";

const NOBODY: NewUser = { name: "", full_name: "", role: "clinician", password: "" };

/** Asks for somebody who shall be able to log in. */
export function AddUser(props: { close: () => void; added: () => void }): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const [user, setUser] = useState(NOBODY);
  const [problem, setProblem] = useState<unknown>();
  const set = (changed: Partial<NewUser>) => setUser((before) => ({ ...before, ...changed }));

  async function add(event: FormEvent) {
    event.preventDefault();
    try {
      await answer(client.POST("/api/v1/users", { body: user }));
    } catch (failure) {
      return setProblem(failure);
    }
    toasts.tell(say("users.added", { name: user.name }));
    props.added();
    props.close();
  }

  return (
    <Dialog title={say("users.add")} close={props.close}>
      <form onSubmit={(event) => void add(event)}>
        <Text label={say("users.fullName")} value={user.full_name} set={(full_name) => set({ full_name })} />
        <Text label={say("users.logIn")} value={user.name} set={(name) => set({ name })} />
        <label className="field">
          <span>{say("users.role")}</span>
          <select
            className="input"
            value={user.role}
            onChange={(event) => set({ role: roleOf(event.target.value) })}
          >
            {ROLES.map((role) => (
              <option key={role} value={role}>
                {say(`role.${role}`)}
              </option>
            ))}
          </select>
        </label>
        <Text
          label={say("users.password.first")}
          value={user.password}
          set={(password) => set({ password })}
          secret
        />
        <p className="hint">{say("users.password.why")}</p>
        {problem === undefined ? null : <Failure problem={problem} />}
        <div className="dialog-acts">
          <button type="button" className="button" onClick={props.close}>
            {say("shell.cancel")}
          </button>
          <button type="submit" className="button primary">
            {say("users.add")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A line of text of a form; another's password is not one that the browser should keep. */
export function Text(props: {
  label: string;
  value: string;
  set: (value: string) => void;
  secret?: boolean;
}): ReactNode {
  return (
    <label className="field">
      <span>{props.label}</span>
      <input
        className="input"
        type={props.secret ? "password" : "text"}
        autoComplete={props.secret ? "new-password" : "off"}
        autoCapitalize="none"
        spellCheck={false}
        required
        value={props.value}
        onChange={(event) => props.set(event.target.value)}
      />
    </label>
  );
}
