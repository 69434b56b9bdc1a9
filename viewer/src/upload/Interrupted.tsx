import { type ReactNode, useCallback } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { UploadEntry } from "../api/types";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { useUploads } from "./uploads";

/** One's uploads that are not through, as from another browser: to go on with or to abandon. */
export function Interrupted(): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => answer(client.GET("/api/v1/uploads", { signal })),
      [client],
    ),
  );
  // A new upload does not need this list, so that its failure is no reason to disturb.
  if (!loaded.data?.length) return null;
  return (
    <section className="interrupted">
      <h2>{say("upload.interrupted")}</h2>
      <ul>
        {loaded.data.map((entry) => (
          <Row key={entry.id} entry={entry} gone={loaded.reload} />
        ))}
      </ul>
    </section>
  );
}

function Row({ entry, gone }: { entry: UploadEntry; gone: () => void }): ReactNode {
  const { say, number, moment } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const { take } = useUploads();
  const here = entry.files.filter(({ state }) => state !== "waiting").length;
  const abandon = () => {
    const params = { path: { upload_id: entry.id } };
    answer(client.DELETE("/api/v1/uploads/{upload_id}", { params })).then(gone, toasts.fail);
  };
  return (
    <li>
      <span>{moment(entry.created_at)}</span>
      <span className="hint">
        {say("upload.sentFiles", { n: number(here), all: number(entry.files.length) })}
      </span>
      <button type="button" className="button" onClick={() => take(entry)}>
        {say("upload.resume")}
      </button>
      {entry.state === "open" ? (
        <button type="button" className="button plain danger" onClick={abandon}>
          {say("upload.abandon")}
        </button>
      ) : null}
    </li>
  );
}
