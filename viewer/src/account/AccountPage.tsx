import type { ReactNode } from "react";
import { PasswordForm } from "../session/PasswordForm";
import { useSession } from "../session/session";
import { LanguageChoice } from "../shell/LanguageChoice";
import { useWords } from "../words";
import { Browsers } from "./Browsers";
import { Tokens } from "./Tokens";
import "./account.css";

/** One's own account: who one is here, language, password, browsers and access tokens. */
export function AccountPage(): ReactNode {
  const { say } = useWords();
  return (
    <div className="page account">
      <h1>{say("account.title")}</h1>
      <div className="account-own">
        <Who />
        <section className="card" aria-labelledby="account-password">
          <h2 id="account-password">{say("account.password")}</h2>
          <p className="hint">{say("account.password.why")}</p>
          <PasswordForm old="account.password.old" />
        </section>
      </div>
      <Browsers />
      <Tokens />
    </div>
  );
}

function Who(): ReactNode {
  const { say } = useWords();
  const { me } = useSession();
  const facts = [
    ["account.fullName", me.full_name || me.name],
    ["account.logIn", me.name],
    ["account.role", say(`role.${me.role}`)],
  ] as const;
  return (
    <section className="card account-who" aria-labelledby="account-who">
      <h2 id="account-who">{say("account.who")}</h2>
      <dl>
        {facts.map(([word, text]) => (
          <div key={word}>
            <dt>{say(word)}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <p className="hint">{say("account.who.why")}</p>
      <div className="field">
        <span>{say("account.language")}</span>
        <LanguageChoice label="account.language" />
      </div>
      <p className="hint">{say("account.language.why")}</p>
    </section>
  );
}
