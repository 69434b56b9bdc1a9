/** An event source that a test opens, feeds and breaks. */
export class FakeEvents extends EventTarget {
  readyState = 0;
  closed = false;

  opened(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  says(data: string): void {
    this.dispatchEvent(new MessageEvent("study", { data }));
  }

  /** Breaks; `for good` is what a browser does when the answer is an error. */
  breaks(how: "for a while" | "for good"): void {
    this.readyState = how === "for good" ? 2 : 0;
    this.dispatchEvent(new Event("error"));
  }

  close(): void {
    this.closed = true;
  }
}

/** Stands in for the browser's `EventSource` and keeps those that were opened. */
export function fakeEventSources(): { opened: FakeEvents[]; source: typeof EventSource } {
  const opened: FakeEvents[] = [];
  class Source extends FakeEvents {
    constructor() {
      super();
      opened.push(this);
    }
  }
  return { opened, source: Source as unknown as typeof EventSource };
}
