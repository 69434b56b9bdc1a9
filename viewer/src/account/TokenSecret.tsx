import { type ReactNode, useRef, useState } from "react";
import { Dialog } from "../shell/Dialog";
import { useWords, type Word } from "../words";

/** A token's secret, which is shown this once. */
export function TokenSecret({ secret, close }: { secret: string; close: () => void }): ReactNode {
  const { say } = useWords();
  const text = useRef<HTMLInputElement>(null);
  const [told, setTold] = useState<Word | null>(null);

  async function copy() {
    text.current?.select();
    try {
      await navigator.clipboard.writeText(secret);
      setTold("account.tokens.copied");
    } catch {
      // Over plain HTTP from another computer a browser gives no clipboard.
      setTold("account.tokens.copyByHand");
    }
  }

  return (
    <Dialog title={say("account.tokens.made")} close={close} steady>
      <div className="account-secret">
        <p>{say("account.tokens.once")}</p>
        <label className="field">
          <span>{say("account.tokens.secret")}</span>
          <input
            ref={text}
            className="input"
            readOnly
            autoComplete="off"
            spellCheck={false}
            value={secret}
            onFocus={(event) => event.target.select()}
          />
        </label>
        <div className="account-copy">
          <button type="button" className="button primary" onClick={() => void copy()}>
            {say("account.tokens.copy")}
          </button>
          <span role="status">{told ? say(told) : ""}</span>
        </div>
        <p className="hint">{say("account.tokens.how")}</p>
      </div>
    </Dialog>
  );
}
