import { type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useSession } from "../session/session";
import { Dialog } from "../shell/Dialog";
import { Failure } from "../shell/Failure";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";

const FILE = "observations.csv";

/** For who may export: the observations joined to the findings, after it is said what that is. */
export function ExportObservations(): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const [asked, setAsked] = useState(false);
  if (!may(PERMISSIONS.exportData)) return null;
  return (
    <>
      <button type="button" className="button plain" onClick={() => setAsked(true)}>
        {say("observations.export")}
      </button>
      {asked ? <Ask close={() => setAsked(false)} /> : null}
    </>
  );
}

function Ask({ close }: { close: () => void }): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const { client } = useApi();
  const toasts = useToasts();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  async function download() {
    setBusy(true);
    setProblem(undefined);
    try {
      const call = client.GET("/api/v1/observations/export", { parseAs: "blob" });
      // The client's types know a table only as whatever it is.
      give((await answer(call)) as Blob);
    } catch (failure) {
      setBusy(false);
      return setProblem(failure);
    }
    toasts.tell(say("observations.export.done"));
    close();
  }

  return (
    <Dialog title={say("observations.export.title")} close={close}>
      <p>{say("observations.export.what")}</p>
      <p>
        <strong>
          {say(
            may(PERMISSIONS.identity) ? "observations.export.names" : "observations.export.pseudonyms",
          )}
        </strong>
      </p>
      <p className="hint">{say("observations.export.logged")}</p>
      {problem === undefined ? null : <Failure problem={problem} />}
      <div className="dialog-acts">
        <button type="button" className="button" onClick={close}>
          {say("shell.cancel")}
        </button>
        <button
          type="button"
          className="button primary"
          disabled={busy}
          onClick={() => void download()}
        >
          {say("observations.export.do")}
        </button>
      </div>
    </Dialog>
  );
}

/** Hands a file to the person, as a link to it would. */
function give(file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = FILE;
  link.click();
  URL.revokeObjectURL(address);
}
