import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { gatherDropped, gatherPicked, type Gathered } from "./gather";

/** Where files are dropped, or chosen by the browser's own dialogue. */
export function DropPlace({ add }: { add: (gathered: Gathered) => void }): ReactNode {
  const { say } = useWords();
  const toasts = useToasts();
  const [over, setOver] = useState(false);
  const [gathering, setGathering] = useState(false);

  async function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    const gathered = gatherDropped(event.dataTransfer.items);
    setGathering(true);
    try {
      add(await gathered);
    } catch (problem) {
      toasts.fail(problem);
    } finally {
      setGathering(false);
    }
  }

  let text = say("upload.drop");
  if (gathering) text = say("upload.gathering");
  else if (over) text = say("upload.drop.over");
  return (
    <div
      className={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      <DropIcon />
      <p className="drop-what" role="status">
        {text}
      </p>
      <p className="drop-formats">{say("upload.drop.what")}</p>
      <div className="drop-buttons">
        <Pick label={say("upload.files.choose")} add={add} />
        <Pick label={say("upload.folder.choose")} add={add} folder />
      </div>
    </div>
  );
}

function Pick(props: {
  label: string;
  folder?: boolean;
  add: (gathered: Gathered) => void;
}): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" className="button" onClick={() => input.current?.click()}>
        {props.label}
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={props.label}
        {...(props.folder ? { webkitdirectory: "" } : {})}
        onChange={(event) => {
          if (event.target.files?.length) props.add(gatherPicked(event.target.files));
          // The same choice again must count as a change.
          event.target.value = "";
        }}
      />
    </>
  );
}

function DropIcon(): ReactNode {
  return (
    <svg viewBox="0 0 48 48" width="44" height="44" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" strokeWidth="2" strokeLinecap="round">
        <path d="M24 31V9m0 0-8 8m8-8 8 8" strokeLinejoin="round" />
        <path d="M7 31v5a4 4 0 0 0 4 4h26a4 4 0 0 0 4-4v-5" />
      </g>
    </svg>
  );
}
