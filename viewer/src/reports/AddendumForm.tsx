import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useApi } from "../api/context";
import type { ReportEntry } from "../api/types";
import { useSession } from "../session/session";
import { useToasts } from "../shell/toasts";
import { isPassing } from "../shell/useAgain";
import { useWords } from "../words";
import { addToReport } from "./ask";
import { useAddendum } from "./drafts";
import { Password } from "./Password";

const LONGEST = 50_000;

/** Adds to a signed report, with the password again. */
export function AddendumForm(props: {
  report: ReportEntry;
  take: (report: ReportEntry) => void;
}): ReactNode {
  const { report, take } = props;
  const { say } = useWords();
  const api = useApi();
  const toasts = useToasts();
  const { me } = useSession();
  const id = useId();
  const [text, setText] = useAddendum(report.id);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  async function add(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      take(await addToReport(api, report.id, text, password));
      setText("");
      setPassword("");
      toasts.tell(say("reports.addendum.done"));
    } catch (failure) {
      if (!isPassing(failure)) setPassword("");
      setProblem(failure);
    }
    setBusy(false);
  }

  return (
    <details className="report-add" open={text !== "" || undefined}>
      <summary>{say("reports.addendum.write")}</summary>
      <form onSubmit={(event) => void add(event)}>
        <div className="field">
          <label htmlFor={id}>{say("reports.addendum.text")}</label>
          <div className="report-grows" data-text={`${text}\n`} lang={report.language}>
            <textarea
              id={id}
              className="input"
              rows={3}
              maxLength={LONGEST}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </div>
        </div>
        <Password
          label={say("reports.sign.password", { name: me.full_name })}
          value={password}
          set={setPassword}
          problem={problem}
        />
        <button
          type="submit"
          className="button primary"
          disabled={busy || !text.trim() || !password}
        >
          {say("reports.addendum.act")}
        </button>
      </form>
    </details>
  );
}
