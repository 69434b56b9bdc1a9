/** The indices of a series by how soon they are wanted: nearest first, onwards before back. */
export function nearestFirst(index: number, count: number, way: 1 | -1 = 1): number[] {
  const order: number[] = index >= 0 && index < count ? [index] : [];
  for (let off = 1; off < count; off++) {
    for (const at of [index + way * off, index - way * off]) {
      if (at >= 0 && at < count) order.push(at);
    }
  }
  return order;
}

/**
 * Fetches what several panes will want, a few at a time, each thing once.
 *
 * A fetch that began is never given up: scrolling changes only what comes next.
 */
export class FetchQueue {
  private readonly wanted = new Map<string, string[]>();
  private readonly seen = new Set<string>();
  private readonly failures = new Map<string, number>();
  private running = 0;
  private readonly load: (id: string) => Promise<unknown>;
  private readonly limit: number;
  private readonly tries: number;

  constructor(load: (id: string) => Promise<unknown>, limit = 4, tries = 2) {
    this.load = load;
    this.limit = limit;
    this.tries = tries;
  }

  /** Says what a pane will want, soonest first. */
  aim(pane: string, ids: readonly string[]): void {
    this.wanted.delete(pane);
    this.wanted.set(
      pane,
      ids.filter((id) => !this.seen.has(id)),
    );
    this.pump();
  }

  /** A pane wants nothing more. */
  drop(pane: string): void {
    this.wanted.delete(pane);
  }

  /** How many were fetched or are being fetched. */
  get begun(): number {
    return this.seen.size;
  }

  private next(): string | undefined {
    // The pane that spoke last is looked at now; within it the soonest comes first.
    for (const ids of [...this.wanted.values()].toReversed()) {
      while (ids.length) {
        const id = ids.shift() as string;
        if (!this.seen.has(id)) return id;
      }
    }
    return undefined;
  }

  private pump(): void {
    while (this.running < this.limit) {
      const id = this.next();
      if (id === undefined) return;
      this.seen.add(id);
      this.running += 1;
      this.load(id)
        .catch(() => this.failed(id))
        .finally(() => {
          this.running -= 1;
          this.pump();
        });
    }
  }

  private failed(id: string): void {
    const count = (this.failures.get(id) ?? 0) + 1;
    this.failures.set(id, count);
    if (count < this.tries) this.seen.delete(id);
  }
}
