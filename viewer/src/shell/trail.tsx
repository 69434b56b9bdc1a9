import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { useLocation } from "react-router";

/** Where somebody came from, so that they find their place again. */
export interface Trail {
  /** The address of the worklist with the search and filters that it last had. */
  worklist: string;
  /** The address of the study that was looked at last. */
  study: string | null;
}

const TrailContext = createContext<Trail>({ worklist: "/", study: null });

/** Where somebody came from. */
export function useTrail(): Trail {
  return useContext(TrailContext);
}

/** Follows which pages are looked at. */
export function TrailProvider({ children }: { children: ReactNode }): ReactNode {
  const { pathname, search } = useLocation();
  const [worklist, setWorklist] = useState("/");
  const [study, setStudy] = useState<string | null>(null);
  useEffect(() => {
    if (pathname === "/") setWorklist(`/${search}`);
    if (pathname.startsWith("/studies/")) setStudy(pathname);
  }, [pathname, search]);
  const trail = useMemo(() => ({ worklist, study }), [worklist, study]);
  return <TrailContext.Provider value={trail}>{children}</TrailContext.Provider>;
}

/**
 * Moves the focus to the content when another page is shown, as a browser does by itself where
 * pages are documents; the page may move it on to where it belongs.
 */
export function useFocusOnPage(content: { current: HTMLElement | null }): void {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    content.current?.focus({ preventScroll: true });
  }, [pathname, content]);
}
