import { ApiProblem } from "../api/problem";
import type { FileEntry, UploadEntry } from "../api/types";
import type { Matched } from "./match";

/** What a job does with the service, and how it waits; replaced in tests. */
export interface Means {
  put: (id: number, file: File, progressed: (bytes: number) => void, signal: AbortSignal) => Promise<void>;
  look: () => Promise<UploadEntry>;
  finish: () => Promise<UploadEntry>;
  abandon: () => Promise<unknown>;
  wait: (milliseconds: number) => Promise<void>;
}

/**
 * Where a job is. `incomplete`: files are missing here, as after the page was loaded again.
 * `stopped`: some files were refused on their way, or the service said no.
 */
export type Phase =
  | "incomplete"
  | "sending"
  | "paused"
  | "stopped"
  | "sorting"
  | "done"
  | "abandoned";

/** A job as a page shows it. */
export interface Shown {
  phase: Phase;
  entry: UploadEntry;
  sentBytes: number;
  totalBytes: number;
  sentFiles: number;
  /** Files that are on their way, with their bytes. */
  underway: ReadonlyMap<number, number>;
  /** Files that the service did not take. */
  failed: ReadonlyMap<number, unknown>;
  /** Why it stopped as a whole. */
  problem: unknown;
  /** Why nothing goes on at the moment, while it is tried again by itself. */
  stalled: unknown;
}

const AT_ONCE = 3;
const TELL_EVERY_MS = 120;
const LOOK_EVERY_MS = 1000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 20_000;
/** Answers after which the same is worth trying again: too many calls, or away for a while. */
const PASSING = new Set([0, 408, 425, 429, 502, 503, 504]);

/** Sends an upload's files, a few at once, and follows it until its files are sorted. */
export class UploadJob {
  readonly #means: Means;
  readonly #listeners = new Set<() => void>();
  readonly #files: Matched;
  readonly #here = new Set<number>();
  readonly #underway = new Map<number, number>();
  readonly #failed = new Map<number, unknown>();
  #entry: UploadEntry;
  #phase: Phase;
  #problem: unknown;
  #stalled: unknown;
  readonly #resting = new Set<() => void>();
  #stop = new AbortController();
  #shown: Shown;
  #telling = false;

  constructor(means: Means, entry: UploadEntry, files: Matched = new Map()) {
    this.#means = means;
    this.#entry = entry;
    this.#files = new Map(files);
    for (const file of entry.files) if (file.state !== "waiting") this.#here.add(file.id);
    this.#phase = phaseOf(entry);
    this.#shown = this.#show();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly shown = (): Shown => this.#shown;

  /** Files that the upload waits for and that are not here to be sent. */
  missing(): FileEntry[] {
    return this.#entry.files.filter(({ id }) => !this.#here.has(id) && !this.#files.has(id));
  }

  /** Gives more of the files that are waited for. */
  add(files: Matched): void {
    for (const [id, file] of files) this.#files.set(id, file);
  }

  /** Sends what is to be sent, then has it sorted; ends when it is done, paused or stopped. */
  async run(): Promise<void> {
    if (this.#phase === "sorting") return this.#guarded((signal) => this.#follow(signal));
    if (["sending", "done", "abandoned"].includes(this.#phase)) return;
    if (this.missing().length > 0) return this.#enter("incomplete");
    const signal = this.#begin();
    this.#failed.clear();
    this.#enter("sending");
    const queue = this.#entry.files.filter(({ id }) => !this.#here.has(id));
    await Promise.all(Array.from({ length: AT_ONCE }, () => this.#work(queue, signal)));
    if (signal.aborted) return;
    if (this.#failed.size > 0) return this.#enter("stopped");
    await this.finish();
  }

  /** Has what is here sorted, without files that did not come. */
  finish(): Promise<void> {
    return this.#guarded(async (signal) => {
      this.#take(await this.#patiently(this.#means.finish, signal));
      await this.#follow(signal);
    });
  }

  pause(): void {
    if (this.#phase !== "sending") return;
    this.#stop.abort();
    this.#enter("paused");
  }

  async abandon(): Promise<void> {
    this.#stop.abort();
    await this.#means.abandon();
    this.#enter("abandoned");
  }

  /** Begins a piece of work; its signal outlives no pause, so old work never goes on beside new. */
  #begin(): AbortSignal {
    this.#stop.abort();
    this.#stop = new AbortController();
    return this.#stop.signal;
  }

  async #guarded(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await act(this.#begin());
    } catch (problem) {
      if (isAbort(problem)) return;
      this.#problem = problem;
      this.#enter("stopped");
    }
  }

  async #work(queue: FileEntry[], signal: AbortSignal): Promise<void> {
    for (let next = queue.shift(); next && !signal.aborted; next = queue.shift()) {
      await this.#send(next, signal);
    }
  }

  async #send({ id, size }: FileEntry, signal: AbortSignal): Promise<void> {
    const file = this.#files.get(id);
    if (!file) return;
    const progressed = (bytes: number) => {
      if (signal.aborted) return;
      this.#underway.set(id, Math.min(bytes, size));
      // Bytes on their way mean that somebody listens, not that what they said before has passed.
      if (!saidWhy(this.#stalled)) this.#stalled = undefined;
      this.#tellSoon();
    };
    try {
      const again = async () => {
        progressed(0);
        try {
          await this.#means.put(id, file, progressed, signal);
        } catch (problem) {
          // What was not taken is sent anew: none of it is there.
          this.#underway.set(id, 0);
          throw problem;
        }
      };
      await this.#patiently(again, signal);
      this.#here.add(id);
    } catch (problem) {
      if (isAbort(problem)) return;
      // Whoever logs in again goes on where it was.
      if (problem instanceof ApiProblem && problem.status === 401) this.pause();
      else this.#failed.set(id, problem);
    } finally {
      this.#underway.delete(id);
      this.#tellSoon();
    }
  }

  /** Tries at once again what waits to be tried again by itself. */
  hurry(): void {
    for (const go of this.#resting) go();
  }

  /** Has the service say anew what it said, as after a change of language. */
  async anew(): Promise<void> {
    this.hurry();
    if (this.#phase !== "done") return;
    const entry = await this.#means.look().catch(() => this.#entry);
    this.#take(entry);
    this.#tell();
  }

  #rest(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const go = () => {
        this.#resting.delete(go);
        resolve();
      };
      this.#resting.add(go);
      void this.#means.wait(milliseconds).then(go);
    });
  }

  /** Does something again and again while the service is away, and until this work is stopped. */
  async #patiently<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      try {
        const done = await act();
        this.#stalled = undefined;
        return done;
      } catch (problem) {
        if (!(problem instanceof ApiProblem && PASSING.has(problem.status))) throw problem;
        this.#stalled = problem;
        this.#tellSoon();
        await this.#rest(wait);
        if (signal.aborted) throw new DOMException("", "AbortError");
      }
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    this.#enter("sorting");
    while (this.#entry.state === "sorting") {
      await this.#means.wait(LOOK_EVERY_MS);
      const entry = await this.#patiently(this.#means.look, signal);
      if (signal.aborted) return;
      this.#take(entry);
      this.#tell();
    }
    this.#enter(phaseOf(this.#entry));
  }

  #take(entry: UploadEntry): void {
    this.#entry = entry;
    for (const file of entry.files) if (file.state !== "waiting") this.#here.add(file.id);
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    if (phase !== "stopped") this.#problem = undefined;
    this.#tell();
  }

  /** Tells soon, once for much that happens, so that a page is not drawn for each packet. */
  #tellSoon(): void {
    if (this.#telling) return;
    this.#telling = true;
    setTimeout(() => this.#tell(), TELL_EVERY_MS);
  }

  #tell(): void {
    this.#telling = false;
    this.#shown = this.#show();
    for (const listener of this.#listeners) listener();
  }

  #show(): Shown {
    let sentBytes = 0;
    let totalBytes = 0;
    for (const { id, size } of this.#entry.files) {
      totalBytes += size;
      sentBytes += this.#here.has(id) ? size : (this.#underway.get(id) ?? 0);
    }
    return {
      phase: this.#phase,
      entry: this.#entry,
      sentBytes,
      totalBytes,
      sentFiles: this.#here.size,
      underway: new Map(this.#underway),
      failed: new Map(this.#failed),
      problem: this.#problem,
      stalled: this.#stalled,
    };
  }
}

function phaseOf(entry: UploadEntry): Phase {
  if (entry.state === "sorting" || entry.state === "done" || entry.state === "abandoned") {
    return entry.state;
  }
  return "incomplete";
}

/** Whether an answer of the service's own says why, so that it is worth being shown. */
export function saidWhy(problem: unknown): boolean {
  return problem instanceof ApiProblem && !problem.unreachable;
}

function isAbort(problem: unknown): boolean {
  return problem instanceof DOMException && problem.name === "AbortError";
}
