import { type FormEvent, type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { useLoaded } from "../api/loaded";
import { ApiProblem } from "../api/problem";
import type { ReportEntry, StudyDetail } from "../api/types";
import { useSession } from "../session/session";
import { Dialog } from "../shell/Dialog";
import { useToasts } from "../shell/toasts";
import { isPassing } from "../shell/useAgain";
import { useWords } from "../words";
import { askChecked, askReport, signReport } from "./ask";
import type { DraftKeeper } from "./keeper";
import { Password } from "./Password";
import { WholeText } from "./Sections";
import { type Checked, warningsOf } from "./warnings";

const CONFLICT = 409;

interface Props {
  detail: StudyDetail;
  draft: DraftKeeper;
  /** What is read here and signed, whatever comes of the draft meanwhile. */
  report: ReportEntry;
  close: () => void;
}

/** Shows what is signed and what speaks against it, and takes the password. */
export function SignDialog({ detail, draft, report: first, close }: Props): ReactNode {
  const { say, name } = useWords();
  const api = useApi();
  const toasts = useToasts();
  const { me } = useSession();
  const [report, setReport] = useState(first);
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const [changed, setChanged] = useState<ReportEntry | null>(null);
  const study = detail.study.id;
  const ask = useCallback((signal: AbortSignal) => askChecked(api, study, signal), [api, study]);
  const checked = useLoaded(ask);
  // Nobody signs before it is known what speaks against it.
  const asking = checked.loading && !checked.data;

  async function refused(failure: unknown) {
    // What passes by itself says nothing of the password: it is not asked for anew.
    if (!isPassing(failure)) setPassword("");
    if (failure instanceof ApiProblem && failure.status === CONFLICT) {
      const now = await askReport(api, report.id).catch(() => null);
      if (now) {
        draft.adopt(now);
        if (now.state === "draft" && now.edition !== report.edition) return setChanged(now);
      }
    }
    setProblem(failure);
  }

  async function sign(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      draft.adopt(await signReport(api, report.id, report.edition, password));
      toasts.tell(say("reports.sign.done"));
      close();
    } catch (failure) {
      await refused(failure);
      setBusy(false);
    }
  }

  const language = name("reports.language", report.language);
  return (
    <Dialog title={say("reports.sign.title")} close={close}>
      <form className="report-wide-dialog" onSubmit={(event) => void sign(event)}>
        <Warnings {...{ detail, report, asking }} checked={checked.data} />
        <p>{say("reports.sign.in", { language })}</p>
        {/* Scrolled by keys, so it takes the focus. */}
        <div
          className="report-to-sign"
          role="region"
          aria-label={say("reports.sign.text")}
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
        >
          <WholeText report={report} />
        </div>
        {changed ? (
          <div className="report-notice" role="alert">
            <p>{say("reports.sign.changed")}</p>
            <button
              type="button"
              className="button"
              onClick={() => {
                setReport(changed);
                setChanged(null);
              }}
            >
              {say("reports.sign.changed.show")}
            </button>
          </div>
        ) : (
          <Password
            label={say("reports.sign.password", { name: me.full_name })}
            value={password}
            set={setPassword}
            problem={problem}
          />
        )}
        <p className="hint">{say("reports.sign.final")}</p>
        <div className="dialog-acts">
          <button type="button" className="button" onClick={close}>
            {say("shell.cancel")}
          </button>
          <button
            type="submit"
            className="button primary"
            disabled={busy || asking || changed !== null || !password}
          >
            {say("reports.sign.act", { name: me.full_name })}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What speaks against signing, or should be known when it is done. */
function Warnings(props: {
  detail: StudyDetail;
  report: ReportEntry;
  checked: Checked;
  asking: boolean;
}): ReactNode {
  const words = useWords();
  const warnings = props.asking
    ? [words.say("reports.warn.asking")]
    : warningsOf(props.report, props.detail, props.checked, words);
  if (warnings.length === 0) return null;
  return (
    <section
      className="report-warnings"
      aria-label={words.say("reports.warn")}
      aria-busy={props.asking}
    >
      <h3>{words.say("reports.warn")}</h3>
      <ul>
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </section>
  );
}
