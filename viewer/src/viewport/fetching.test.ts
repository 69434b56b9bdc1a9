import { describe, expect, it } from "vitest";
import { FetchQueue, nearestFirst } from "./fetching";

/** A loader whose fetches end when the test says so. */
function loader() {
  const begun: string[] = [];
  const ends = new Map<string, { resolve: () => void; reject: (why: Error) => void }>();
  const load = (id: string) => {
    begun.push(id);
    return new Promise<void>((resolve, reject) => ends.set(id, { resolve, reject }));
  };
  const end = async (id: string, why?: Error) => {
    if (why) ends.get(id)?.reject(why);
    else ends.get(id)?.resolve();
    await new Promise((after) => setTimeout(after, 0));
  };
  return { load, begun, end };
}

describe("what is fetched first", () => {
  it("is the slice itself, then its neighbours, onwards before back", () => {
    expect(nearestFirst(2, 6)).toEqual([2, 3, 1, 4, 0, 5]);
    expect(nearestFirst(2, 6, -1)).toEqual([2, 1, 3, 0, 4, 5]);
  });

  it("is every slice once, wherever one begins", () => {
    for (const index of [0, 7, 299]) {
      const order = nearestFirst(index, 300);
      expect(order).toHaveLength(300);
      expect(new Set(order).size).toBe(300);
    }
  });
});

describe("a queue of fetches", () => {
  it("fetches only as many at a time as it may, each once", async () => {
    const { load, begun, end } = loader();
    const queue = new FetchQueue(load, 2);
    queue.aim("a", ["1", "2", "3"]);
    expect(begun).toEqual(["1", "2"]);
    queue.aim("a", ["1", "2", "3"]);
    expect(begun).toEqual(["1", "2"]);
    await end("1");
    expect(begun).toEqual(["1", "2", "3"]);
  });

  it("goes on with what is wanted now, without giving up what it began", async () => {
    const { load, begun, end } = loader();
    const queue = new FetchQueue(load, 1);
    queue.aim("a", ["1", "2", "3"]);
    queue.aim("a", ["3", "2", "1"]);
    await end("1");
    await end("3");
    expect(begun).toEqual(["1", "3", "2"]);
    expect(queue.begun).toBe(3);
  });

  it("serves the pane that was scrolled last first, and then the others", async () => {
    const { load, begun, end } = loader();
    const queue = new FetchQueue(load, 1);
    queue.aim("a", ["a1", "a2"]);
    queue.aim("b", ["b1"]);
    await end("a1");
    await end("b1");
    expect(begun).toEqual(["a1", "b1", "a2"]);
  });

  it("fetches nothing more for a pane that went away", async () => {
    const { load, begun, end } = loader();
    const queue = new FetchQueue(load, 1);
    queue.aim("a", ["1", "2"]);
    queue.drop("a");
    await end("1");
    expect(begun).toEqual(["1"]);
  });

  it("tries what failed again when it is next wanted, but not for ever", async () => {
    const { load, begun, end } = loader();
    const queue = new FetchQueue(load, 1, 2);
    queue.aim("a", ["1"]);
    await end("1", new Error("away"));
    queue.aim("a", ["1"]);
    await end("1", new Error("away"));
    queue.aim("a", ["1"]);
    expect(begun).toEqual(["1", "1"]);
  });
});
