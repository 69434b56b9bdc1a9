import { warmEngine } from "../viewport/engine";

/** Calls a function when the browser has nothing else to do, else soon. */
function whenIdle(act: () => void): void {
  if (typeof window.requestIdleCallback === "function") {
    window.requestIdleCallback(act, { timeout: 3000 });
  } else {
    window.setTimeout(act, 500);
  }
}

/**
 * Brings the study's page and the image engine while the worklist is read, so that the first study
 * opens as fast as the second.
 */
export function warmStudy(): void {
  whenIdle(() => {
    void import("./StudyPage").catch(() => undefined);
    warmEngine();
  });
}
