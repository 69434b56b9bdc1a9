import { type ReactNode, useState } from "react";
import { type Api, answer } from "../api/http";
import { useApi } from "../api/context";
import { useSession } from "../session/session";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { give } from "../shell/give";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords, type Word } from "../words";

/** Something of all studies that is handed out as a file. */
interface Table {
  /** What offers it, and heads what is asked before. */
  offer: Word;
  title: Word;
  what: Word;
  pseudonyms: Word;
  files: readonly TableFile[];
}

interface TableFile {
  name: string;
  do: Word;
  /** Whether it names patients to who may see names. */
  names: boolean;
  ask: (api: Api) => Promise<Blob>;
}

const OBSERVATIONS: Table = {
  offer: "observations.export",
  title: "observations.export.title",
  what: "observations.export.what",
  pseudonyms: "observations.export.pseudonyms",
  files: [
    {
      name: "observations.csv",
      do: "observations.export.do",
      names: true,
      // The client's types know a table only as whatever it is.
      ask: async ({ client }) =>
        (await answer(client.GET("/api/v1/observations/export", { parseAs: "blob" }))) as Blob,
    },
  ],
};

const CORRECTIONS: Table = {
  offer: "corrections.export",
  title: "corrections.export.title",
  what: "corrections.export.what",
  pseudonyms: "corrections.export.pseudonyms",
  files: [
    {
      name: "labels.csv",
      do: "corrections.export.labels",
      names: false,
      ask: async (api) => new Blob([await corrections(api, "csv", 0)]),
    },
    { name: "corrections.jsonl", do: "corrections.export.lines", names: false, ask: everyLine },
  ],
};

async function corrections({ client }: Api, form: "csv" | "jsonl", after: number): Promise<string> {
  const params = { query: { form, after } };
  const path = "/api/v1/corrections/export";
  return (await answer(client.GET(path, { params, parseAs: "text" }))) as string;
}

/** All corrections: an answer holds so many lines, and the number of its last asks for the next. */
async function everyLine(api: Api): Promise<Blob> {
  const parts: string[] = [];
  let after = 0;
  for (;;) {
    const part = await corrections(api, "jsonl", after);
    const last = part.trimEnd().split("\n").at(-1);
    if (!last) return new Blob(parts);
    parts.push(part);
    after = (JSON.parse(last) as { id: number }).id;
  }
}

/** For who may export: what goes out of all studies, each after it is said what that is. */
export function Exports(): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const [asked, setAsked] = useState<Table | null>(null);
  if (!may(PERMISSIONS.exportData)) return null;
  return (
    <>
      {[OBSERVATIONS, CORRECTIONS].map((table) => (
        <button
          key={table.offer}
          type="button"
          className="button plain"
          onClick={() => setAsked(table)}
        >
          {say(table.offer)}
        </button>
      ))}
      {asked ? <Ask table={asked} close={() => setAsked(null)} /> : null}
    </>
  );
}

function Ask({ table, close }: { table: Table; close: () => void }): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const api = useApi();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();
  const named = may(PERMISSIONS.identity) && table.files.some(({ names }) => names);

  async function download({ ask, name }: TableFile) {
    setBusy(true);
    setProblem(undefined);
    try {
      give(await ask(api), name);
    } catch (failure) {
      setBusy(false);
      return setProblem(failure);
    }
    toasts.tell(say("observations.export.done"));
    close();
  }

  return (
    <Dialog title={say(table.title)} close={close}>
      <p>{say(table.what)}</p>
      <p>
        <strong>{say(named ? "observations.export.names" : table.pseudonyms)}</strong>
      </p>
      <p className="hint">{say("observations.export.logged")}</p>
      {problem === undefined ? null : <Failure problem={problem} />}
      <div className="dialog-acts">
        <button type="button" className="button" onClick={close}>
          {say("shell.cancel")}
        </button>
        {table.files.map((file) => (
          <button
            key={file.name}
            type="button"
            className="button primary"
            disabled={busy}
            onClick={() => void download(file)}
          >
            {say(file.do)}
          </button>
        ))}
      </div>
    </Dialog>
  );
}
