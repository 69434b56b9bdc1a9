import { type FormEvent, type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import { useMay } from "../session/session";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { give } from "../shell/give";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { SentResults } from "./SentResults";

const KINDS = ["seg", "labelmap", "sr", "pdf", "sc"] as const;
const USUAL: readonly Kind[] = ["seg", "sr", "pdf", "sc"];
const FILE = "objects.zip";

type Kind = (typeof KINDS)[number];

/** For who may export and see names: a study's results as DICOM objects. */
export function ExportDicom({ study }: { study: number }): ReactNode {
  const { say } = useWords();
  const may = useMay();
  const [asked, setAsked] = useState(false);
  if (!may(PERMISSIONS.exportIdentified)) return null;
  return (
    <>
      <button type="button" className="button plain study-again" onClick={() => setAsked(true)}>
        {say("export.dicom")}
      </button>
      {asked ? <Choice study={study} close={() => setAsked(false)} /> : null}
    </>
  );
}

function Choice({ study, close }: { study: number; close: () => void }): ReactNode {
  const { say, count } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const peers = useLoaded(
    useCallback((signal) => answer(client.GET("/api/v1/peers", { signal })), [client]),
  );
  const [peer, setPeer] = useState("");
  const to = peer || peers.data?.[0] || "";
  const [chosen, setChosen] = useState<ReadonlySet<Kind>>(new Set(USUAL));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  function turn(kind: Kind) {
    const next = new Set(chosen);
    if (!next.delete(kind)) next.add(kind);
    setChosen(next);
  }

  const kinds = KINDS.filter((kind) => chosen.has(kind)).join(",");

  async function send() {
    setBusy(true);
    setProblem(undefined);
    try {
      const params = { path: { study_id: study } };
      const body = { peer: to, kinds };
      const put = await answer(
        client.POST("/api/v1/studies/{study_id}/objects", { params, body }),
      );
      toasts.tell(
        put.new
          ? count("export.dicom.sent", put.new, { peer: put.peer })
          : say("export.dicom.sentBefore", { peer: put.peer }),
      );
    } catch (failure) {
      setBusy(false);
      return setProblem(failure);
    }
    close();
  }

  async function download(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    try {
      const path = { study_id: study, name: FILE };
      const query = { kinds };
      const call = client.GET("/api/v1/studies/{study_id}/objects/{name}", {
        params: { path, query },
        parseAs: "blob",
      });
      give((await answer(call)) as Blob, FILE);
    } catch (failure) {
      setBusy(false);
      return setProblem(failure);
    }
    toasts.tell(say("export.dicom.done"));
    close();
  }

  return (
    <Dialog title={say("export.dicom")} close={close}>
      <form onSubmit={(event) => void download(event)}>
        <p>{say("export.dicom.what")}</p>
        <fieldset className="again-bundles">
          <legend>{say("export.dicom.which")}</legend>
          {KINDS.map((kind) => (
            <label key={kind}>
              <input type="checkbox" checked={chosen.has(kind)} onChange={() => turn(kind)} />
              <span>{say(`export.dicom.${kind}`)}</span>
            </label>
          ))}
        </fieldset>
        <p className="hint">{say("export.dicom.logged")}</p>
        {to ? (
          <p className="export-to">
            <label>
              {say("export.dicom.to")}{" "}
              <select value={to} onChange={(event) => setPeer(event.currentTarget.value)}>
                {peers.data?.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>{" "}
            <button
              type="button"
              className="button"
              disabled={busy || chosen.size === 0}
              onClick={() => void send()}
            >
              {say("export.dicom.send")}
            </button>
          </p>
        ) : null}
        <SentResults study={study} />
        {problem === undefined ? null : <Failure problem={problem} />}
        <div className="dialog-acts">
          <button type="button" className="button" onClick={close}>
            {say("shell.cancel")}
          </button>
          <button type="submit" className="button primary" disabled={busy || chosen.size === 0}>
            {say("export.dicom.do")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
