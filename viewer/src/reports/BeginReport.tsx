import { type FormEvent, type ReactNode, useId, useState } from "react";
import { useApi } from "../api/context";
import type { ReportEntry, StudyDetail } from "../api/types";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";
import { beginReport, type ReportLanguage } from "./ask";
import { isAtWork } from "./warnings";

const LANGUAGES: readonly ReportLanguage[] = ["en", "es"];

interface Props {
  detail: StudyDetail;
  begun: (report: ReportEntry) => void;
  /** There is a draft already, so that this is the rarer wish. */
  another: boolean;
}

/** Begins a report, in the user's language where no other is chosen. */
export function BeginReport({ detail, begun, another }: Props): ReactNode {
  const { say } = useWords();
  if (!another) return <Form detail={detail} begun={begun} />;
  return (
    <details className="report-another">
      <summary>{say("reports.begin.another")}</summary>
      <Form detail={detail} begun={begun} />
    </details>
  );
}

function Form({ detail, begun }: Omit<Props, "another">): ReactNode {
  const { say, language: own } = useWords();
  const api = useApi();
  const group = useId();
  const [language, setLanguage] = useState<ReportLanguage>(own);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  async function begin(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      begun(await beginReport(api, detail.study.id, language));
    } catch (failure) {
      setProblem(failure);
    }
    setBusy(false);
  }
  return (
    <form className="report-begin" onSubmit={(event) => void begin(event)}>
      <p className="hint">{say("reports.begin.how")}</p>
      {isAtWork(detail) ? <p className="report-notice">{say("reports.begin.unread")}</p> : null}
      <fieldset>
        <legend>{say("reports.begin.language")}</legend>
        {LANGUAGES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name={group}
              checked={one === language}
              onChange={() => setLanguage(one)}
            />
            <span lang={own}>{say(`reports.language.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      {problem === undefined ? null : <Failure problem={problem} />}
      <button type="submit" className="button primary" disabled={busy}>
        {say("reports.begin")}
      </button>
    </form>
  );
}
