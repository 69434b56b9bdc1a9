import { type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { UserChange, UserEntry } from "../api/types";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { AddUser } from "./AddUser";
import { NewPassword } from "./NewPassword";
import { UserRow } from "./UserRow";
import "./admin.css";

/** Who may log in, and as what. */
export function UsersPage(): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => answer(client.GET("/api/v1/users", { signal })),
      [client],
    ),
  );
  const [adding, setAdding] = useState(false);
  const [reset, setReset] = useState<UserEntry | null>(null);

  async function change(user: UserEntry, body: Partial<UserChange>) {
    const params = { path: { user_id: user.id } };
    try {
      await answer(client.PATCH("/api/v1/users/{user_id}", { params, body }));
      toasts.tell(say("users.saved", { name: user.name }));
    } catch (problem) {
      toasts.fail(problem);
    } finally {
      loaded.reload();
    }
  }

  return (
    <div className="page admin">
      <div className="admin-head">
        <h1>{say("users.title")}</h1>
        <button type="button" className="button primary" onClick={() => setAdding(true)}>
          {say("users.add")}
        </button>
      </div>
      <p className="hint">{say("users.why")}</p>
      {loaded.problem === undefined ? null : (
        <Failure problem={loaded.problem} again={loaded.reload} />
      )}
      {loaded.data || loaded.problem ? null : <Waiting />}
      {loaded.data ? <Users users={loaded.data} change={change} reset={setReset} /> : null}
      {adding ? <AddUser close={() => setAdding(false)} added={loaded.reload} /> : null}
      {reset ? <NewPassword user={reset} close={() => setReset(null)} /> : null}
    </div>
  );
}

function Users(props: {
  users: UserEntry[];
  change: (user: UserEntry, body: Partial<UserChange>) => Promise<void>;
  reset: (user: UserEntry) => void;
}): ReactNode {
  const { say } = useWords();
  const words = [
    "users.column.name",
    "users.column.role",
    "users.column.state",
    "users.column.since",
    "users.column.acts",
  ] as const;
  return (
    <div className="card users">
      <table>
        <thead>
          <tr>
            {words.map((word) => (
              <th key={word} scope="col">
                {say(word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.users.map((user) => (
            <UserRow
              key={user.id}
              user={user}
              change={(body) => props.change(user, body)}
              reset={() => props.reset(user)}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}
