import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from "react";
import { useWords } from "../words";
import { Failure } from "./Failure";
import "./toasts.css";

/** Short messages at the edge of the page. */
export interface Toasts {
  /** Says that something was done; goes by itself, later where it offers an act such as "Undo". */
  tell: (text: string, act?: ToastAct) => void;
  /** Says that something failed, in four parts; stays until it is dismissed. */
  fail: (problem: unknown) => void;
}

/** What a message offers to do; it goes once that is pressed. */
export interface ToastAct {
  title: string;
  press: () => void;
}

interface Toast {
  id: number;
  text?: string;
  act?: ToastAct | undefined;
  problem?: unknown;
}

const TOLD_FOR_MS = 5000;
const OFFERED_FOR_MS = 12_000;
const MOST = 4;
const ToastsContext = createContext<Toasts>({ tell: () => undefined, fail: () => undefined });

export function useToasts(): Toasts {
  return useContext(ToastsContext);
}

/** Gives everything below it a place for messages. */
export function ToastsProvider({ children }: { children: ReactNode }): ReactNode {
  const { say } = useWords();
  const [shown, setShown] = useState<Toast[]>([]);
  const next = useRef(1);
  const dismiss = useCallback(
    (id: number) => setShown((toasts) => toasts.filter((toast) => toast.id !== id)),
    [],
  );
  const toasts = useMemo<Toasts>(() => {
    const show = (toast: Omit<Toast, "id">) => {
      const id = next.current++;
      // Of several acts that are offered the last is meant; the others would only cover the page.
      const stays = (one: Toast) => !(toast.act && one.act);
      setShown((before) => [...before.filter(stays), { id, ...toast }].slice(-MOST));
      return id;
    };
    return {
      tell: (text, act) => {
        const id = show({ text, act });
        window.setTimeout(() => dismiss(id), act ? OFFERED_FOR_MS : TOLD_FOR_MS);
      },
      fail: (problem) => show({ problem }),
    };
  }, [dismiss]);
  return (
    <ToastsContext.Provider value={toasts}>
      {children}
      <ol className="toasts" aria-live="polite">
        {shown.map((toast) => (
          <li key={toast.id} className="toast">
            {toast.text === undefined ? <Failure problem={toast.problem} /> : <p>{toast.text}</p>}
            {toast.act ? (
              <button
                type="button"
                className="toast-act"
                onClick={() => {
                  toast.act?.press();
                  dismiss(toast.id);
                }}
              >
                {toast.act.title}
              </button>
            ) : null}
            <button
              type="button"
              className="toast-dismiss"
              aria-label={say("shell.dismiss")}
              onClick={() => dismiss(toast.id)}
            >
              ×
            </button>
          </li>
        ))}
      </ol>
    </ToastsContext.Provider>
  );
}
