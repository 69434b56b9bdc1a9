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
import { isLanguage, type Language, useWords } from "../words";

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
  /** Shows another language, and keeps it with the account of who is logged in, or next is. */
  choose: (language: Language) => Promise<void>;
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

/** Whether somebody is logged in who may do something; nobody may where nobody is. */
export function useMay(): (permission: string) => boolean {
  const known = useContext(EntranceContext)?.known;
  return known?.is === "somebody" ? known.session.may : mayNothing;
}

function mayNothing(): boolean {
  return false;
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
  const { language, setLanguage } = useWords();
  const [who, setWho] = useState<Who>({ is: "asking" });
  const [csrf] = useState(createKept);
  const [inside] = useState(createKept);
  const loggedOut = useCallback(() => {
    inside.set("");
    setWho((before) => ("name" in before ? { is: "ended" } : before));
  }, [inside]);
  // Another language is another client, so that whatever was asked for is asked for again in it.
  const api = useMemo<Api>(
    () => createApi({ csrf: csrf.get, language, loggedOut }, fetcher),
    [csrf, language, loggedOut, fetcher],
  );

  const [chosenOutside] = useState(createKept);
  const keep = useCallback(
    async (chosen: Language) => {
      const body = { language: chosen };
      setWho(await answer(api.client.PATCH("/api/v1/session", { body })));
    },
    [api],
  );
  const enter = useCallback(
    (me: Me) => {
      csrf.set(me.csrf);
      setWho(me);
      // Whoever arrives finds the language that they chose elsewhere; later answers change none.
      const arrives = inside.get() !== me.name;
      inside.set(me.name);
      if (!arrives) return;
      const outside = chosenOutside.get();
      chosenOutside.set("");
      // It is shown already; should it not be kept, the next choice is.
      if (isLanguage(outside)) void keep(outside).catch(() => undefined);
      else if (me.chosen_language) setLanguage(me.chosen_language);
    },
    [csrf, inside, chosenOutside, keep, setLanguage],
  );
  const ask = useCallback(async () => {
    try {
      enter(await answer(api.client.GET("/api/v1/session")));
    } catch (problem) {
      const unknown = problem instanceof ApiProblem && problem.status === 401;
      setWho((before) => {
        if (unknown) return "is" in before && before.is === "ended" ? before : { is: "nobody" };
        // Whoever is at work keeps their page, and what they wrote in it, until there is an answer.
        return "name" in before ? before : { is: "unreachable", problem };
      });
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
          inside.set("");
          setWho({ is: "nobody" });
        },
      }),
      logIn: async (name, password) =>
        enter(await answer(api.client.POST("/api/v1/session", { body: { name, password } }))),
      ask,
      choose: async (chosen) => {
        setLanguage(chosen);
        if ("name" in who) await keep(chosen);
        else chosenOutside.set(chosen);
      },
    }),
    [who, ask, api, csrf, inside, chosenOutside, enter, keep, setLanguage],
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
