import {
  createContext,
  type ReactNode,
  type RefObject,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import { useApi } from "../api/context";
import type { Api } from "../api/http";
import { ApiProblem } from "../api/problem";
import type { ReportEntry } from "../api/types";
import { useEntrance, useSession } from "../session/session";
import { askReport, changeReport } from "./ask";
import { DraftKeeper, type Kept, type Means } from "./keeper";

/** What is typed here, by user and report, and who is logged in now. */
interface Drafts {
  keepers: Map<string, DraftKeeper>;
  addenda: Map<string, string>;
  user: RefObject<string | null>;
}

const DraftsContext = createContext<Drafts | null>(null);

/**
 * Holds what is typed into reports above the pages and the session, so that it outlives both. It
 * is in memory alone, and neither shown to nor saved by anybody but who typed it.
 */
export function ReportsProvider({ children }: { children: ReactNode }): ReactNode {
  const { known } = useEntrance();
  const name = known.is === "somebody" ? known.session.me.name : null;
  const user = useRef(name);
  const [drafts] = useState<Drafts>(() => ({ keepers: new Map(), addenda: new Map(), user }));
  useEffect(() => {
    user.current = name;
    if (name !== null) saveAll(drafts, `${name}/`);
  }, [drafts, name]);
  useEffect(() => {
    const leave = (event: BeforeUnloadEvent) => {
      const unsaved = [...drafts.keepers.values()].some((draft) => draft.unsaved);
      if (!unsaved && drafts.addenda.size === 0) return;
      saveAll(drafts);
      event.preventDefault();
    };
    const hide = () => {
      if (document.visibilityState === "hidden") saveAll(drafts);
    };
    window.addEventListener("beforeunload", leave);
    document.addEventListener("visibilitychange", hide);
    return () => {
      window.removeEventListener("beforeunload", leave);
      document.removeEventListener("visibilitychange", hide);
    };
  }, [drafts]);
  return <DraftsContext.Provider value={drafts}>{children}</DraftsContext.Provider>;
}

function saveAll({ keepers }: Drafts, of = ""): void {
  for (const [key, draft] of keepers) {
    // Why it failed is kept, and shown where the draft is.
    if (draft.unsaved && key.startsWith(of)) void draft.save().catch(() => undefined);
  }
}

/** The keeper of a report's draft, and what it holds now. */
export function useDraft(report: ReportEntry): { draft: DraftKeeper; kept: Kept } {
  const drafts = useDrafts();
  const api = useApi();
  const { me } = useSession();
  const means = useMemo(() => {
    const { user } = drafts;
    return meansOf(api, report.id, () => user.current === me.name);
  }, [api, report.id, drafts, me.name]);
  const key = `${me.name}/${report.id}`;
  const draft = draftOf(drafts.keepers, key, () => new DraftKeeper(means, report));
  useEffect(() => draft.use(means), [draft, means]);
  useEffect(() => draft.adopt(report), [draft, report]);
  // Who goes to another tab has what was typed saved at once.
  useEffect(() => () => void draft.save().catch(() => undefined), [draft]);
  return { draft, kept: useSyncExternalStore(draft.subscribe, draft.kept) };
}

/** An addendum that is being written: its text outlives its page, until it is signed. */
export function useAddendum(report: number): [string, (text: string) => void] {
  const drafts = useDrafts();
  const { me } = useSession();
  const key = `${me.name}/${report}`;
  const [text, setText] = useState(() => drafts.addenda.get(key) ?? "");
  const write = (to: string) => {
    if (to) drafts.addenda.set(key, to);
    else drafts.addenda.delete(key);
    setText(to);
  };
  return [text, write];
}

function useDrafts(): Drafts {
  const drafts = useContext(DraftsContext);
  if (!drafts) throw new Error("drafts are kept by a ReportsProvider alone");
  return drafts;
}

function draftOf(
  keepers: Map<string, DraftKeeper>,
  key: string,
  make: () => DraftKeeper,
): DraftKeeper {
  const known = keepers.get(key) ?? make();
  keepers.set(key, known);
  return known;
}

/** Nothing is saved in the name of who has logged in after the one who typed it. */
function meansOf(api: Api, report: number, isWriter: () => boolean): Means {
  return {
    change: async (edition, sections) => {
      if (!isWriter()) throw new ApiProblem(401, { failed: "" });
      return changeReport(api, report, edition, sections);
    },
    load: () => askReport(api, report),
    wait: (act, milliseconds) => window.setTimeout(act, milliseconds),
    stop: (timer) => window.clearTimeout(timer),
  };
}
