import { type FormEvent, type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { useLoaded } from "../api/loaded";
import { ApiProblem } from "../api/problem";
import type { Filling, ReportEntry } from "../api/types";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { askFilling, askReport, takeFilling } from "./ask";
import { type Choice, type Differing, differing, fixedChanges, taken } from "./filling";
import type { DraftKeeper } from "./keeper";
import { Lines } from "./Sections";

const CONFLICT = 409;
type Choices = Readonly<Record<string, Choice>>;

interface Props {
  draft: DraftKeeper;
  report: ReportEntry;
  close: () => void;
}

/** What a fresh filling would say, section by section, each to be taken or left. */
export function FreshFilling({ draft, report, close }: Props): ReactNode {
  const { say } = useWords();
  const api = useApi();
  const { id } = report;
  const ask = useCallback((signal: AbortSignal) => askFilling(api, id, signal), [api, id]);
  const filling = useLoaded(ask);
  const [choices, setChoices] = useState<Choices>({});
  const [problem, setProblem] = useState<unknown>();
  const [changed, setChanged] = useState(false);
  const [busy, setBusy] = useState(false);

  async function apply(fresh: Filling) {
    setBusy(true);
    setProblem(undefined);
    setChanged(false);
    try {
      draft.adopt(await takeFilling(api, id, fresh, taken(report, fresh, choices)));
      return close();
    } catch (failure) {
      if (failure instanceof ApiProblem && failure.status === CONFLICT) {
        draft.adopt(await askReport(api, id).catch(() => report));
        filling.reload();
        setChanged(true);
      } else setProblem(failure);
    }
    setBusy(false);
  }

  return (
    <Dialog title={say("reports.fresh.title")} close={close}>
      <div className="report-wide-dialog">
        <p className="hint">{say("reports.fresh.how")}</p>
        {changed ? (
          <p className="report-notice" role="alert">
            {say("reports.fresh.changed")}
          </p>
        ) : null}
        {filling.problem ? <Failure problem={filling.problem} again={filling.reload} /> : null}
        {problem === undefined ? null : <Failure problem={problem} />}
        {filling.data ? (
          <Choosing
            {...{ report, close, choices, busy: busy || filling.loading }}
            fresh={filling.data}
            choose={(name, choice) => setChoices({ ...choices, [name]: choice })}
            apply={apply}
          />
        ) : (
          <Waiting />
        )}
      </div>
    </Dialog>
  );
}

function Choosing(props: {
  report: ReportEntry;
  fresh: Filling;
  choices: Choices;
  choose: (name: string, choice: Choice) => void;
  busy: boolean;
  apply: (fresh: Filling) => Promise<void>;
  close: () => void;
}): ReactNode {
  const { report, fresh, choices, choose } = props;
  const { say, language } = useWords();
  const sections = differing(report, fresh);
  const fixed = fixedChanges(report, fresh);
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  function submit(event: FormEvent) {
    event.preventDefault();
    void props.apply(fresh);
  }
  return (
    <form onSubmit={submit}>
      {sections.length === 0 ? <p>{say("reports.fresh.same")}</p> : null}
      {sections.map((one) => (
        <OneSection
          key={one.name}
          one={one}
          language={report.language}
          choice={choices[one.name] ?? "keep"}
          choose={(choice) => choose(one.name, choice)}
        />
      ))}
      {fixed.length ? (
        <p className="hint">{say("reports.fresh.fixed", { titles: list.format(fixed) })}</p>
      ) : null}
      <div className="dialog-acts">
        <button type="button" className="button" onClick={props.close}>
          {say("shell.cancel")}
        </button>
        <button type="submit" className="button primary" disabled={props.busy}>
          {say("reports.fresh.apply")}
        </button>
      </div>
    </form>
  );
}

const CHOICES: readonly Choice[] = ["keep", "take", "both"];

function OneSection(props: {
  one: Differing;
  language: string;
  choice: Choice;
  choose: (choice: Choice) => void;
}): ReactNode {
  const { one, language, choice, choose } = props;
  const { say } = useWords();
  const halves = [
    ["reports.fresh.present", one.present, one.fresh],
    ["reports.fresh.fresh", one.fresh, one.present],
  ] as const;
  // Of an empty text there is nothing to keep beside the other.
  const offered = CHOICES.filter((each) => each !== "both" || (one.present.trim() && one.fresh.trim()));
  return (
    <fieldset className="report-compare">
      <legend lang={language}>{one.title}</legend>
      {halves.map(([word, text, beside]) => (
        <div key={word} className="report-half">
          <h4>{say(word)}</h4>
          <div lang={language}>
            <Lines text={text} beside={beside} />
          </div>
        </div>
      ))}
      <div className="report-choices">
        {offered.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name={one.name}
              checked={each === choice}
              onChange={() => choose(each)}
            />
            {say(`reports.fresh.${each}`)}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
