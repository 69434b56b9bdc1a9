import { expect, test, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import type { FileEntry, UploadEntry } from "../api/types";
import { type Means, UploadJob } from "./job";

const AWAY = new ApiProblem(0, { failed: "" });

const TOLD_WITHIN_MS = 200;

function entry(count: number, state: UploadEntry["state"] = "open"): UploadEntry {
  const files = Array.from(
    { length: count },
    (_, index): FileEntry => ({
      id: index + 1,
      name: `IM${index + 1}`,
      size: 10,
      state: "waiting",
      reason: null,
      study: null,
    }),
  );
  return {
    id: "u1",
    state,
    priority: "routine",
    exclusions: [],
    created_at: "2026-06-14T10:00:00Z",
    finished_at: null,
    files,
    studies: [],
  };
}

/** A service that takes files, which a test can make slow, refuse or be away. */
function service(upload: UploadEntry) {
  const taken: number[] = [];
  const waits: number[] = [];
  let underway = 0;
  let most = 0;
  let sorted = false;
  const means: Means = {
    put: async (id, file, progressed) => {
      underway += 1;
      most = Math.max(most, underway);
      await Promise.resolve();
      progressed(file.size);
      await Promise.resolve();
      underway -= 1;
      taken.push(id);
    },
    finish: async () => ({ ...upload, state: "sorting" }),
    look: async () => {
      const state = sorted ? "done" : "sorting";
      sorted = true;
      return { ...upload, state, studies: [5] };
    },
    abandon: vi.fn<Means["abandon"]>(async () => undefined),
    wait: async (milliseconds) => void waits.push(milliseconds),
  };
  return { means, taken, waits, most: () => most };
}

function filesOf(upload: UploadEntry): Map<number, File> {
  return new Map(upload.files.map(({ id, name, size }) => [id, new File(["x".repeat(size)], name)]));
}

function jobOf(count: number) {
  const upload = entry(count);
  const fake = service(upload);
  return { ...fake, upload, job: new UploadJob(fake.means, upload, filesOf(upload)) };
}

test("each file is sent once, a few at a time, and then all are sorted", async () => {
  const { job, taken, most } = jobOf(20);
  await job.run();
  expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  expect(most()).toBe(3);
  expect(job.shown()).toMatchObject({ phase: "done", sentFiles: 20, sentBytes: 200 });
  expect(job.shown().entry.studies).toEqual([5]);
});

test("files that the service has already are not sent again", async () => {
  const upload = entry(3);
  upload.files[1]!.state = "here";
  const fake = service(upload);
  await new UploadJob(fake.means, upload, filesOf(upload)).run();
  expect(fake.taken.toSorted()).toEqual([1, 3]);
});

test("after the page was loaded again it waits for the files, then sends only what is missing", async () => {
  const upload = entry(3);
  upload.files[0]!.state = "here";
  const fake = service(upload);
  const job = new UploadJob(fake.means, upload);
  await job.run();
  expect(job.shown().phase).toBe("incomplete");
  expect(job.missing().map(({ id }) => id)).toEqual([2, 3]);
  const files = filesOf(upload);
  job.add(new Map([[2, files.get(2)!]]));
  await job.run();
  expect(job.shown().phase).toBe("incomplete");
  expect(fake.taken).toEqual([]);
  job.add(files);
  await job.run();
  expect(fake.taken.toSorted()).toEqual([2, 3]);
  expect(job.shown().phase).toBe("done");
});

test("an upload whose files are all there, and that nobody finished, is finished", async () => {
  const upload = entry(2);
  for (const file of upload.files) file.state = "here";
  const fake = service(upload);
  const job = new UploadJob(fake.means, upload);
  await job.run();
  expect(job.shown().phase).toBe("done");
});

test("an upload that is being sorted is followed to its end", async () => {
  const upload = entry(2, "sorting");
  const fake = service(upload);
  const job = new UploadJob(fake.means, upload);
  await job.run();
  expect(job.shown().phase).toBe("done");
  expect(fake.waits).toEqual([1000, 1000]);
});

test("while no answer comes, the same file is sent again, each time later", async () => {
  const { job, means, waits, taken } = jobOf(1);
  const { put } = means;
  let times = 0;
  means.put = (...call) => (++times <= 3 ? Promise.reject(AWAY) : put(...call));
  await job.run();
  expect(taken).toEqual([1]);
  expect(waits.slice(0, 3)).toEqual([1000, 2000, 4000]);
  expect(job.shown()).toMatchObject({ phase: "done", stalled: undefined });
});

test("why nothing goes on is shown while it lasts, whatever is on its way meanwhile", async () => {
  const { job, means, taken } = jobOf(1);
  const full = new ApiProblem(503, { failed: "The store cannot be used now.", found: "a full disk" });
  const shown: unknown[] = [];
  let times = 0;
  const { put } = means;
  vi.useFakeTimers();
  means.put = async (id, file, progressed, signal) => {
    progressed(file.size);
    await vi.advanceTimersByTimeAsync(TOLD_WITHIN_MS);
    shown.push(job.shown().stalled);
    if (++times <= 2) throw full;
    await put(id, file, progressed, signal);
  };
  await job.run();
  vi.useRealTimers();
  expect(taken).toEqual([1]);
  expect(shown).toEqual([undefined, full, full]);
  expect(job.shown()).toMatchObject({ phase: "done", stalled: undefined });
});

test("bytes of a file that was not taken count as not sent until they are sent anew", async () => {
  const { job, means } = jobOf(1);
  const { put, wait } = means;
  const full = new ApiProblem(503, { failed: "The store cannot be used now.", found: "a full disk" });
  const sent: number[] = [];
  means.put = (_, file, progressed) => {
    progressed(file.size);
    return Promise.reject(full);
  };
  means.wait = async (milliseconds) => {
    means.put = put;
    await new Promise((resolve) => setTimeout(resolve, TOLD_WITHIN_MS));
    sent.push(job.shown().sentBytes);
    await wait(milliseconds);
  };
  await job.run();
  expect(sent[0]).toBe(0);
  expect(job.shown()).toMatchObject({ phase: "done", sentBytes: 10 });
});

test("a result is asked for anew, and stays where it cannot be had", async () => {
  const { job, means } = jobOf(1);
  await job.run();
  const before = job.shown().entry;
  means.look = () => Promise.reject(AWAY);
  await job.anew();
  expect(job.shown().entry).toBe(before);
  means.look = async () => ({ ...before, studies: [6] });
  await job.anew();
  expect(job.shown()).toMatchObject({ phase: "done", entry: { studies: [6] } });
});

test("what waits to be tried again is tried at once where somebody asks for it", async () => {
  const { job, means, taken } = jobOf(2);
  const { put } = means;
  let away = true;
  means.put = (...call) => (away ? Promise.reject(AWAY) : put(...call));
  const { wait } = means;
  means.wait = (milliseconds) => (away ? new Promise(() => undefined) : wait(milliseconds));
  const running = job.run();
  await new Promise((resolve) => setTimeout(resolve));
  expect(taken).toEqual([]);
  away = false;
  job.hurry();
  await running;
  expect(taken.toSorted()).toEqual([1, 2]);
});

test("a refused file holds up no other, is named, and can be sent again", async () => {
  const { job, means, taken } = jobOf(4);
  const { put } = means;
  let refusing = true;
  const refusal = new ApiProblem(400, { failed: "The file was not taken." });
  means.put = (...call) =>
    refusing && call[0] === 2 ? Promise.reject(refusal) : put(...call);
  await job.run();
  expect(taken.toSorted()).toEqual([1, 3, 4]);
  expect(job.shown().phase).toBe("stopped");
  expect([...job.shown().failed]).toEqual([[2, refusal]]);
  refusing = false;
  await job.run();
  expect(taken.toSorted()).toEqual([1, 2, 3, 4]);
  expect(job.shown()).toMatchObject({ phase: "done", failed: new Map() });
});

test("whoever cannot send a file finishes without it", async () => {
  const { job, means } = jobOf(2);
  means.put = (id) =>
    id === 1 ? Promise.reject(new ApiProblem(400, { failed: "no" })) : Promise.resolve();
  await job.run();
  await job.finish();
  expect(job.shown().phase).toBe("done");
});

/** A service that takes a file only when it is told to. */
function byHand(count: number) {
  const all = jobOf(count);
  const open: { id: number; done: () => void; signal: AbortSignal }[] = [];
  all.means.put = (id, _file, _progressed, signal) =>
    new Promise((resolve, reject) => {
      open.push({ id, signal, done: () => (all.taken.push(id), resolve()) });
      signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
  return { ...all, open };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

test("a pause stops what is on its way, and going on sends it once", async () => {
  const { job, open, taken } = byHand(4);
  void job.run();
  await settled();
  expect(open.map(({ id }) => id)).toEqual([1, 2, 3]);
  open[0]?.done();
  await settled();
  job.pause();
  expect(open.slice(1).every(({ signal }) => signal.aborted)).toBe(true);
  expect(job.shown().phase).toBe("paused");
  const going = job.run();
  for (let at = 4; taken.length < 4; at += 1) {
    await settled();
    open[at]?.done();
  }
  await going;
  expect(taken.toSorted()).toEqual([1, 2, 3, 4]);
  expect(job.shown().phase).toBe("done");
});

test("a pause while it waits for the service ends the waiting's work", async () => {
  const { job, means } = jobOf(1);
  let away = true;
  const wakes: (() => void)[] = [];
  const { put } = means;
  means.put = (...call) => (away ? Promise.reject(AWAY) : put(...call));
  means.wait = () => new Promise((resolve) => wakes.push(resolve));
  const first = job.run();
  await settled();
  job.pause();
  away = false;
  means.wait = async () => undefined;
  const second = job.run();
  for (const wake of wakes) wake();
  await Promise.all([first, second]);
  expect(job.shown()).toMatchObject({ phase: "done", sentFiles: 1 });
});

test("a session that ended pauses it, so that it goes on after the next log-in", async () => {
  const { job, means, taken } = jobOf(3);
  const { put } = means;
  let ended = true;
  means.put = (...call) =>
    ended ? Promise.reject(new ApiProblem(401, { failed: "no" })) : put(...call);
  await job.run();
  expect(job.shown()).toMatchObject({ phase: "paused", failed: new Map() });
  ended = false;
  await job.run();
  expect(taken.toSorted()).toEqual([1, 2, 3]);
});

test("running it twice sends nothing twice", async () => {
  const { job, taken } = jobOf(5);
  await Promise.all([job.run(), job.run()]);
  expect(taken).toHaveLength(5);
});

test("an abandoned upload sends no more", async () => {
  const { job, open, means } = byHand(4);
  const running = job.run();
  await settled();
  await job.abandon();
  await running;
  expect(means.abandon).toHaveBeenCalledOnce();
  expect(open).toHaveLength(3);
  expect(job.shown().phase).toBe("abandoned");
  await job.run();
  expect(open).toHaveLength(3);
});

test("why it could not be sorted is kept to be shown, and it can be tried again", async () => {
  const { job, means } = jobOf(1);
  const { finish } = means;
  const refusal = new ApiProblem(409, { failed: "It is not open." });
  means.finish = () => Promise.reject(refusal);
  await job.run();
  expect(job.shown()).toMatchObject({ phase: "stopped", problem: refusal });
  means.finish = finish;
  await job.finish();
  expect(job.shown()).toMatchObject({ phase: "done", problem: undefined });
});

test("much progress is told seldom", async () => {
  const { job, means } = jobOf(1);
  means.put = async (_id, _file, progressed) => {
    for (let sent = 0; sent <= 10; sent += 0.01) progressed(sent);
  };
  let told = 0;
  job.subscribe(() => (told += 1));
  await job.run();
  expect(told).toBeLessThan(10);
});
