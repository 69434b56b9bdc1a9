import { type ReactNode, useState } from "react";
import type { UserChange, UserEntry } from "../api/types";
import { useSession } from "../session/session";
import { useWords } from "../words";
import { roleOf, ROLES } from "./roles";

/** One user; nobody takes rights from themselves here, lest nobody be left to give them back. */
export function UserRow(props: {
  user: UserEntry;
  change: (body: Partial<UserChange>) => Promise<void>;
  reset: () => void;
}): ReactNode {
  const { say, date, moment } = useWords();
  const { me } = useSession();
  const [busy, setBusy] = useState(false);
  const [now] = useState(() => Date.now());
  const { user } = props;
  const own = user.name === me.name;
  const locked = user.locked_until && Date.parse(user.locked_until) > now;
  const change = (body: Partial<UserChange>) => {
    setBusy(true);
    void props.change(body).finally(() => setBusy(false));
  };
  let state = say("users.active");
  if (user.disabled) state = say("users.disabled");
  else if (locked && user.locked_until)
    state = say("users.locked", { when: moment(user.locked_until) });
  return (
    <tr className={user.disabled ? "off" : ""}>
      <td>
        <span className="users-name">{user.full_name || user.name}</span>
        <span className="hint">
          {user.name}
          {own ? ` · ${say("users.you")}` : ""}
        </span>
      </td>
      <td>
        <select
          className="input"
          aria-label={say("users.role.of", { name: user.name })}
          value={user.role}
          disabled={own || busy}
          onChange={(event) => change({ role: roleOf(event.target.value) })}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {say(`role.${role}`)}
            </option>
          ))}
        </select>
      </td>
      <td className={locked && !user.disabled ? "users-locked" : ""}>{state}</td>
      <td>{date(user.created_at)}</td>
      <td>
        {own ? null : (
          <div className="users-acts">
            <button type="button" className="button" disabled={busy} onClick={props.reset}>
              {say("users.password")}
            </button>
            <button
              type="button"
              className="button plain"
              disabled={busy}
              onClick={() => change({ disabled: !user.disabled })}
            >
              {say(user.disabled ? "users.enable" : "users.disable")}
            </button>
          </div>
        )}
      </td>
    </tr>
  );
}
