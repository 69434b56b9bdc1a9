import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { useEntrance } from "../session/session";
import { type Answers, isAnswered } from "./answers";

/** What somebody has written and not sent: the answers of each form that was begun. */
export interface Draft {
  form: string;
  observedOn: string;
  study: number | null;
  answers: Readonly<Record<string, Answers>>;
  text: string;
}

/** What is written, by `patient` or, of a correction, `patient/observation`. */
type Drafts = Readonly<Record<string, Draft>>;

interface Kept {
  drafts: Drafts;
  put: (key: string, draft: Draft | null) => void;
}

const DraftsContext = createContext<Kept>({ drafts: {}, put: () => undefined });

/**
 * Keeps drafts while the browser shows the clinic, through a session that ends by itself too.
 * In memory alone: what is said of a patient is never written to this machine's disk, and who
 * logs out or in as somebody else leaves nothing behind.
 */
export function DraftsProvider({ children }: { children: ReactNode }): ReactNode {
  const { known } = useEntrance();
  const [drafts, setDrafts] = useState<Drafts>({});
  const [owner, setOwner] = useState<string | null>(null);
  const now = known.is === "somebody" ? known.session.me.name : null;
  const left = known.is === "nobody" && !known.ended;
  if ((now !== null && now !== owner) || (left && owner !== null)) {
    setOwner(now);
    if (owner !== null) setDrafts({});
  }
  const put = useCallback(
    (key: string, draft: Draft | null) =>
      setDrafts((before) => {
        const { [key]: _, ...others } = before;
        return draft ? { ...others, [key]: draft } : others;
      }),
    [],
  );
  useWarning(Object.values(drafts).some(hasContent));
  const kept = useMemo(() => ({ drafts, put }), [drafts, put]);
  return <DraftsContext.Provider value={kept}>{children}</DraftsContext.Provider>;
}

/** Asks before the window is closed on what was not saved. */
function useWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [unsaved]);
}

/** Whether something was written that would be missed. */
export function hasContent({ answers, text }: Draft): boolean {
  return (
    text.trim() !== "" ||
    Object.values(answers).some((of) => Object.values(of).some((answer) => isAnswered(answer)))
  );
}

/** The name of a draft: of a new observation, or of one that takes another's place. */
export function draftKey(patient: number, corrects: number | null): string {
  return corrects === null ? String(patient) : `${patient}/${corrects}`;
}

export interface DraftsOf {
  /** What was begun of this patient, by the observation that it corrects; `null` a new one. */
  begun: (number | null)[];
  get: (corrects: number | null) => Draft | undefined;
  put: (corrects: number | null, draft: Draft | null) => void;
}

/** A patient's drafts. */
export function useDrafts(patient: number): DraftsOf {
  const { drafts, put } = useContext(DraftsContext);
  return useMemo(
    () => ({
      begun: Object.keys(drafts)
        .filter((key) => key.split("/")[0] === String(patient))
        .map((key) => (key.includes("/") ? Number(key.split("/")[1]) : null)),
      get: (corrects) => drafts[draftKey(patient, corrects)],
      put: (corrects, draft) => put(draftKey(patient, corrects), draft),
    }),
    [drafts, put, patient],
  );
}
