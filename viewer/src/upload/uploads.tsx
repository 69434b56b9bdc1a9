import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useApi } from "../api/context";
import { type Api, answer } from "../api/http";
import { ApiProblem } from "../api/problem";
import type { NewUpload, UploadEntry } from "../api/types";
import { useEntrance } from "../session/session";
import type { Chosen } from "./gather";
import { type Means, type Shown, UploadJob } from "./job";
import { match } from "./match";
import { put } from "./put";

const KEPT_AS = "condyle-upload";

/** The upload of this browser; it goes on while other pages are looked at. */
export interface Uploads {
  job: UploadJob | null;
  /** True while it is not known yet whether this browser has an upload. */
  seeking: boolean;
  /** Opens an upload of what was chosen and sends it. */
  begin: (wanted: Omit<NewUpload, "files">, chosen: readonly Chosen[]) => Promise<void>;
  /** Goes on with an upload that was interrupted; says how many files are missing still. */
  goOn: (chosen: readonly Chosen[]) => number;
  /** Takes up an upload of one's own that was begun elsewhere. */
  take: (entry: UploadEntry) => void;
  /** Forgets the upload, so that another can begin. */
  clear: () => void;
}

const UploadsContext = createContext<Uploads | null>(null);

export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext);
  if (!uploads) throw new Error("useUploads stands outside an UploadsProvider");
  return uploads;
}

/** What a job shows now. */
export function useShown(job: UploadJob): Shown {
  return useSyncExternalStore(job.subscribe, job.shown);
}

/**
 * Holds the upload above the pages, and finds an interrupted one again.
 *
 * It stands above the log-in too: who logs in again after a session's end goes on at once. For
 * anybody else it is forgotten.
 */
export function UploadsProvider({ children }: { children: ReactNode }): ReactNode {
  const api = useApi();
  const { known } = useEntrance();
  const [held, setHeld] = useState<{ job: UploadJob; owner: string } | null>(null);
  const who = known.is === "somebody" ? known.session.me.name : null;
  const job = held && held.owner === who ? held.job : null;
  const hold = useCallback(
    (next: UploadJob | null) => {
      setHeld(next && who ? { job: next, owner: who } : null);
      if (next) window.localStorage.setItem(KEPT_AS, next.shown().entry.id);
      else window.localStorage.removeItem(KEPT_AS);
    },
    [who],
  );
  const [first] = useState(api);
  // An upload outlives the language that it was begun in.
  const latest = useRef(api);
  useEffect(() => {
    if (latest.current === api) return;
    latest.current = api;
    void job?.anew();
  }, [api, job]);
  const current = useCallback(() => latest.current, []);
  const sought = useRef<string | null>(null);
  const [soughtFor, setSoughtFor] = useState<string | null>(null);
  const seeking = who !== null && soughtFor !== who && !job && keptUpload() !== null;
  useEffect(() => {
    if (!who || sought.current === who) return;
    sought.current = who;
    const kept = keptUpload();
    if (!kept) return;
    const looked = look(first, kept).then(
      (entry) => {
        if (entry.state === "abandoned") return hold(null);
        const found = new UploadJob(meansOf(current, kept), entry);
        hold(found);
        void found.run();
      },
      (problem: unknown) => {
        // It is gone, or another user's; while the service is away it is looked for next time.
        const gone = problem instanceof ApiProblem && [403, 404].includes(problem.status);
        if (gone) hold(null);
      },
    );
    void looked.finally(() => setSoughtFor(who));
  }, [first, current, who, hold]);
  const uploads = useMemo<Uploads>(
    () => ({
      job,
      seeking,
      begin: async (wanted, chosen) => {
        const files = chosen.map(({ name, file }) => ({ name, size: file.size }));
        const body = { ...wanted, files };
        const entry = await answer(api.client.POST("/api/v1/uploads", { body }));
        const next = new UploadJob(meansOf(current, entry.id), entry, match(entry.files, chosen));
        hold(next);
        void next.run();
      },
      goOn: (chosen) => {
        if (!job) return 0;
        job.add(match(job.missing(), chosen));
        void job.run();
        return job.missing().length;
      },
      take: (entry) => {
        const next = new UploadJob(meansOf(current, entry.id), entry);
        hold(next);
        void next.run();
      },
      clear: () => hold(null),
    }),
    [job, seeking, api, current, hold],
  );
  return <UploadsContext.Provider value={uploads}>{children}</UploadsContext.Provider>;
}

function keptUpload(): string | null {
  return window.localStorage.getItem(KEPT_AS);
}

function look(api: Api, upload: string): Promise<UploadEntry> {
  return answer(
    api.client.GET("/api/v1/uploads/{upload_id}", { params: { path: { upload_id: upload } } }),
  );
}

function meansOf(current: () => Api, upload: string): Means {
  const at = { params: { path: { upload_id: upload } } };
  return {
    put: (id, file, progressed, signal) => {
      const url = `/api/v1/uploads/${encodeURIComponent(upload)}/files/${id}`;
      return put(current().wire, { url, file, progressed, signal });
    },
    look: () => look(current(), upload),
    finish: () => answer(current().client.POST("/api/v1/uploads/{upload_id}/finish", at)),
    abandon: () => answer(current().client.DELETE("/api/v1/uploads/{upload_id}", at)),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  };
}
