import { type FormEvent, type ReactNode, useState } from "react";
import type { Priority } from "../api/types";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";
import { bytes } from "./bytes";
import { DropPlace } from "./DropPlace";
import { type Answer, Exclusions } from "./Exclusions";
import { type Chosen, type Gathered, sizeOf, together } from "./gather";
import { useUploads } from "./uploads";

const PRIORITIES: Priority[] = ["routine", "urgent", "stat"];
const NAMES_SHOWN = 6;

/** Asks what shall be sent and what must be known of it. */
export function NewUploadForm(): ReactNode {
  const { say } = useWords();
  const { begin } = useUploads();
  const [gathered, setGathered] = useState<Gathered>({ chosen: [], leftOut: 0 });
  const [answer, setAnswer] = useState<Answer>(null);
  const [priority, setPriority] = useState<Priority>("routine");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  async function send(event: FormEvent) {
    event.preventDefault();
    if (!answer) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await begin({ priority, exclusions: [...answer] }, gathered.chosen);
    } catch (failure) {
      setProblem(failure);
      setBusy(false);
    }
  }

  const add = (more: Gathered) =>
    setGathered((before) => ({
      chosen: together(before.chosen, more.chosen),
      leftOut: before.leftOut + more.leftOut,
    }));
  let need = "";
  if (gathered.chosen.length === 0) need = say("upload.need.files");
  else if (!answer) need = say("upload.need.exclusions");
  return (
    <form className="upload-form" onSubmit={(event) => void send(event)}>
      <div className="upload-what">
        <DropPlace add={add} />
        {gathered.chosen.length > 0 ? (
          <ChosenFiles gathered={gathered} clear={() => setGathered({ chosen: [], leftOut: 0 })} />
        ) : null}
      </div>
      <div className="upload-about">
        <Exclusions answer={answer} change={setAnswer} />
        <PriorityChoice priority={priority} change={setPriority} />
        {problem === undefined ? null : <Failure problem={problem} />}
        <div className="upload-begin">
          <button type="submit" className="button primary" disabled={busy || need !== ""}>
            {say(busy ? "upload.begin.opening" : "upload.begin")}
          </button>
          <span className="hint" role="status">
            {need}
          </span>
        </div>
      </div>
    </form>
  );
}

function PriorityChoice(props: {
  priority: Priority;
  change: (priority: Priority) => void;
}): ReactNode {
  const { say } = useWords();
  return (
    <fieldset className="upload-priority">
      <legend>{say("upload.priority")}</legend>
      <div>
        {PRIORITIES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="priority"
              checked={props.priority === one}
              onChange={() => props.change(one)}
            />
            {say(`priority.${one}`)}
          </label>
        ))}
      </div>
      <p className="hint">{say("upload.priority.why")}</p>
    </fieldset>
  );
}

function ChosenFiles(props: { gathered: Gathered; clear: () => void }): ReactNode {
  const { say, count, language } = useWords();
  const { chosen, leftOut } = props.gathered;
  return (
    <div className="chosen">
      <div className="chosen-head">
        <strong>{count("upload.files", chosen.length)}</strong>
        <span>{bytes(sizeOf(chosen), language)}</span>
        <button type="button" className="button plain" onClick={props.clear}>
          {say("upload.clear")}
        </button>
      </div>
      <ul>
        {chosenGroups(chosen).map(({ name, files }) => (
          <li key={name}>
            <span>{name}</span>
            {files > 1 ? <span className="hint">{count("upload.files", files)}</span> : null}
          </li>
        ))}
      </ul>
      {leftOut > 0 ? <p className="hint">{count("upload.leftOut", leftOut)}</p> : null}
    </div>
  );
}

/** The folders and files at the top of what was chosen; a last line for those beyond. */
export function chosenGroups(chosen: readonly Chosen[]): { name: string; files: number }[] {
  const tops = new Map<string, number>();
  for (const { name } of chosen) {
    const top = name.includes("/") ? `${name.split("/")[0] ?? ""}/` : name;
    tops.set(top, (tops.get(top) ?? 0) + 1);
  }
  const groups = [...tops].map(([name, files]) => ({ name, files }));
  if (groups.length <= NAMES_SHOWN) return groups;
  const shown = groups.slice(0, NAMES_SHOWN - 1);
  const rest = groups.slice(NAMES_SHOWN - 1).reduce((sum, { files }) => sum + files, 0);
  return [...shown, { name: "…", files: rest }];
}
