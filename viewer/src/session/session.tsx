import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { answer, type Api, createApi } from "../api/http";
import { ApiProvider } from "../api/context";
import { ApiProblem } from "../api/problem";
import type { Me } from "../api/types";
import { useWords } from "../words";

/** Who is logged in, and how that changes. */
export interface Session {
  me: Me;
  /** Whether the service lets this user do something; it refuses by itself as well. */
  may: (permission: string) => boolean;
  logOut: () => Promise<void>;
  /** Asks anew who is logged in. */
  refresh: () => Promise<void>;
}

/** Before anybody is known: being asked, nobody (`ended`: not any more), or no answer. */
export type Known =
  | { is: "asking" }
  | { is: "nobody"; ended: boolean }
  | { is: "unreachable"; problem: unknown }
  | { is: "somebody"; session: Session };

interface Entrance {
  known: Known;
  logIn: (name: string, password: string) => Promise<void>;
  ask: () => Promise<void>;
}

const EntranceContext = createContext<Entrance | null>(null);

export function useEntrance(): Entrance {
  const entrance = useContext(EntranceContext);
  if (!entrance) throw new Error("useEntrance stands outside a SessionProvider");
  return entrance;
}

/** The session of who is logged in; only for what the shell shows to somebody. */
export function useSession(): Session {
  const { known } = useEntrance();
  if (known.is !== "somebody") throw new Error("useSession is asked where nobody is logged in");
  return known.session;
}

type Who = { is: "asking" | "nobody" | "ended" } | { is: "unreachable"; problem: unknown } | Me;

/** Gives everything below it the service's client and who is logged in. */
export function SessionProvider({
  children,
  fetcher,
}: {
  children: ReactNode;
  fetcher?: typeof fetch;
}): ReactNode {
  const { language } = useWords();
  const [who, setWho] = useState<Who>({ is: "asking" });
  const [csrf] = useState(createKept);
  const loggedOut = useCallback(
    () => setWho((before) => ("name" in before ? { is: "ended" } : before)),
    [],
  );
  // Another language is another client, so that whatever was asked for is asked for again in it.
  const api = useMemo<Api>(
    () => createApi({ csrf: csrf.get, language, loggedOut }, fetcher),
    [csrf, language, loggedOut, fetcher],
  );

  const enter = useCallback(
    (me: Me) => {
      csrf.set(me.csrf);
      setWho(me);
    },
    [csrf],
  );
  const ask = useCallback(async () => {
    try {
      enter(await answer(api.client.GET("/api/v1/session")));
    } catch (problem) {
      const unknown = problem instanceof ApiProblem && problem.status === 401;
      setWho(unknown ? { is: "nobody" } : { is: "unreachable", problem });
    }
  }, [api, enter]);
  useEffect(() => void ask(), [ask]);

  const entrance = useMemo<Entrance>(
    () => ({
      known: knownOf(who, {
        refresh: ask,
        logOut: async () => {
          await answer(api.client.DELETE("/api/v1/session"));
          csrf.set("");
          setWho({ is: "nobody" });
        },
      }),
      logIn: async (name, password) =>
        enter(await answer(api.client.POST("/api/v1/session", { body: { name, password } }))),
      ask,
    }),
    [who, ask, api, csrf, enter],
  );
  return (
    <ApiProvider value={api}>
      <EntranceContext.Provider value={entrance}>{children}</EntranceContext.Provider>
    </ApiProvider>
  );
}

function knownOf(who: Who, acts: Pick<Session, "refresh" | "logOut">): Known {
  if ("name" in who) {
    const may = (permission: string) => who.permissions.includes(permission);
    return { is: "somebody", session: { me: who, may, ...acts } };
  }
  if (who.is === "unreachable") return who;
  if (who.is === "asking") return { is: "asking" };
  return { is: "nobody", ended: who.is === "ended" };
}

/** A value that calls carry and no page shows, so that no page is drawn anew when it changes. */
function createKept(): { get: () => string; set: (value: string) => void } {
  let kept = "";
  return {
    get: () => kept,
    set: (value) => {
      kept = value;
    },
  };
}
