/** A study of which something changed. */
export interface StudyEvent {
  id: number;
  revision: number;
}

/** What a listener is told. */
export interface Listener {
  changed: (event: StudyEvent) => void;
  /** The stream was lost and is there again: what changed meanwhile may have been missed. */
  returned: () => void;
  /** The service refused the stream, as it does when the session is over. */
  refused?: () => void;
  /** True while changes arrive. */
  live: (live: boolean) => void;
}

/** How a stream is opened, and how waiting is done; replaced in tests. */
export interface Means {
  open: (url: string) => EventSource;
  wait: (act: () => void, milliseconds: number) => number;
  stop: (timer: number) => void;
}

const BROWSER: Means = {
  open: (url) => new EventSource(url),
  wait: (act, milliseconds) => window.setTimeout(act, milliseconds),
  stop: (timer) => window.clearTimeout(timer),
};

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
const CLOSED = 2;

/**
 * Listens to the service's changes until the given function is called.
 *
 * A browser takes up a broken stream by itself, with the last id that it saw. It gives up for good
 * when the answer is an error, as it is while the service starts anew: then the stream is opened
 * again here, waiting twice as long each time.
 */
export function listen(listener: Listener, means: Means = BROWSER): () => void {
  let source: EventSource | null = null;
  let timer: number | undefined;
  let wait = FIRST_WAIT_MS;
  let lost = false;

  const open = () => {
    source = means.open("/api/v1/events");
    source.addEventListener("open", () => {
      wait = FIRST_WAIT_MS;
      listener.live(true);
      if (lost) listener.returned();
      lost = false;
    });
    source.addEventListener("study", (message) => {
      const event = studyEvent((message as MessageEvent<string>).data);
      if (event) listener.changed(event);
    });
    source.addEventListener("error", () => {
      lost = true;
      listener.live(false);
      if (source?.readyState !== CLOSED) return;
      listener.refused?.();
      timer = means.wait(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    });
  };

  open();
  return () => {
    if (timer !== undefined) means.stop(timer);
    source?.close();
  };
}

function studyEvent(text: string): StudyEvent | null {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body !== "object" || body === null) return null;
    const { id, revision } = body as Partial<StudyEvent>;
    return typeof id === "number" && typeof revision === "number" ? { id, revision } : null;
  } catch {
    return null;
  }
}
