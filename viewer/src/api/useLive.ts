import { useEffect, useRef, useState } from "react";
import { useApi } from "./context";
import { listen } from "./events";

/** Changes that come close together are told once, at most this often. */
const TOGETHER_MS = 600;

/**
 * Calls `changed` when studies change, and says whether changes arrive.
 *
 * @param changed - Given the studies that changed; `null` where some may have been missed.
 */
export function useLive(changed: (studies: ReadonlySet<number> | null) => void): boolean {
  const { client } = useApi();
  const [live, setLive] = useState(false);
  const latest = useRef(changed);
  useEffect(() => {
    latest.current = changed;
  }, [changed]);
  useEffect(() => {
    let gathered: Set<number> | null = new Set();
    let timer: number | undefined;
    const tell = () => {
      timer = undefined;
      const told = gathered;
      gathered = new Set();
      latest.current(told);
    };
    const soon = () => {
      timer ??= window.setTimeout(tell, TOGETHER_MS);
    };
    const stop = listen({
      changed: ({ id }) => {
        gathered?.add(id);
        soon();
      },
      returned: () => {
        gathered = null;
        soon();
      },
      // An event source does not say why; asking does: a session that is over is told, and a page
      // that asks for what it shows says what is wrong, rather than show what is old as if new.
      refused: () => {
        void client.GET("/api/v1/session").catch(() => undefined);
        gathered = null;
        soon();
      },
      live: setLive,
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [client]);
  return live;
}
