import { ApiProblem } from "../api/problem";
import type { ReportEntry } from "../api/types";
import { adopted, settled, type Texts, textOf, toSave, type Typed, typed } from "./merging";

/** What a keeper does with the service, and how it waits; replaced in tests. */
export interface Means {
  change: (edition: number, sections: Texts) => Promise<ReportEntry>;
  load: () => Promise<ReportEntry>;
  wait: (act: () => void, milliseconds: number) => number;
  stop: (timer: number) => void;
}

/** A draft as a page shows it. */
export interface Kept extends Typed {
  saving: boolean;
  /** When something that was typed here was saved last. */
  savedAt: string | null;
  /** Why it could not be saved; it is tried again. */
  problem: unknown;
}

export const SAVE_AFTER_MS = 1000;
export const AGAIN_AFTER_MS = 5000;
const CONFLICT = 409;
const NO_SESSION = 401;

/**
 * Keeps what is typed into a draft, and saves it a second after the last key.
 *
 * It lives outside the pages, so that no text is lost when its page goes: by another tab, another
 * page, or a session that is over. What cannot be saved is tried again.
 */
export class DraftKeeper {
  readonly #listeners = new Set<() => void>();
  #means: Means;
  #kept: Kept;
  #timer: number | undefined;
  #running: Promise<void> | null = null;
  #sent: Texts = {};
  /** What was heard of the service while an answer was awaited. */
  #heard: ReportEntry | null = null;

  constructor(means: Means, report: ReportEntry) {
    this.#means = means;
    this.#kept = { base: report, mine: {}, theirs: {}, saving: false, savedAt: null, problem: undefined };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly kept = (): Kept => this.#kept;

  /** Whether something is typed that the service does not have. */
  get unsaved(): boolean {
    return Object.keys(this.#kept.mine).length > 0;
  }

  /** Takes the means of the page that shows it now. */
  use(means: Means): void {
    this.#means = means;
  }

  type(name: string, text: string): void {
    this.#set(typed(this.#kept, name, shownIn(text)));
    this.#saveIn(SAVE_AFTER_MS);
  }

  /** Ends a choice between two texts of a section. */
  settle(name: string, text: string): void {
    this.#set(settled(this.#kept, name, text));
    this.#saveIn(SAVE_AFTER_MS);
  }

  /** Takes what the service says of the report. */
  adopt(report: ReportEntry): void {
    if (this.#running) this.#heard = report;
    else this.#set(adopted(this.#kept, report, this.#sent));
  }

  /** Gives up what was typed here and not saved, as where the report was signed meanwhile. */
  drop(): void {
    this.#stop();
    this.#set({ mine: {}, theirs: {}, problem: undefined });
  }

  /**
   * Saves what is typed, but for sections that wait for a choice.
   *
   * @throws ApiProblem - It was not saved; what was typed is kept, and is tried again.
   */
  async save(): Promise<ReportEntry> {
    this.#stop();
    this.#running ??= this.#saveAll().finally(() => {
      this.#running = null;
      const heard = this.#heard;
      this.#heard = null;
      this.#set({ saving: false });
      if (heard) this.adopt(heard);
    });
    await this.#running;
    return this.#kept.base;
  }

  async #saveAll(): Promise<void> {
    // What is typed while an answer is awaited is saved as well, so there may be several rounds.
    for (;;) {
      const sections = toSave(this.#kept);
      if (Object.keys(sections).length === 0) {
        if (this.#kept.problem !== undefined) this.#set({ problem: undefined });
        return;
      }
      this.#set({ saving: true });
      const { edition } = this.#kept.base;
      try {
        this.#sent = sections;
        const saved = await this.#means.change(edition, sections);
        this.#set({
          ...adopted(this.#kept, saved, sections),
          savedAt: saved.changed_at,
          problem: undefined,
        });
      } catch (problem) {
        await this.#failed(problem, edition);
      }
    }
  }

  /** Looks at what somebody else did where they did, and passes on any other failure. */
  async #failed(problem: unknown, edition: number): Promise<void> {
    let reason = problem;
    if (problem instanceof ApiProblem && problem.status === CONFLICT) {
      try {
        const now = await this.#means.load();
        this.#set(adopted(this.#kept, now, this.#sent));
        if (now.state === "draft" && now.edition !== edition) return;
      } catch (another) {
        reason = another;
      }
    }
    this.#set({ problem: reason });
    // Without a session it is saved when the same person has logged in again.
    const gone = reason instanceof ApiProblem && reason.status === NO_SESSION;
    if (this.#kept.base.state === "draft" && !gone) this.#saveIn(AGAIN_AFTER_MS);
    throw reason;
  }

  #saveIn(milliseconds: number): void {
    this.#stop();
    // Why it failed is kept, and shown from there.
    this.#timer = this.#means.wait(() => void this.save().catch(() => undefined), milliseconds);
  }

  #stop(): void {
    if (this.#timer !== undefined) this.#means.stop(this.#timer);
    this.#timer = undefined;
  }

  #set(changed: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...changed };
    for (const listener of this.#listeners) listener();
  }
}

/** A text without the control characters that are pasted with it; the service leaves them out too. */
export function shownIn(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g, "");
}

/** What stands in a section's field: what is typed, else what the service has. */
export function shownText({ base, mine }: Typed, name: string): string {
  return mine[name] ?? textOf(base, name);
}
