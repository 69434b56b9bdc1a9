import { expect, test } from "vitest";
import { FakeEvents } from "../testing/fakeEvents";
import { listen, type StudyEvent } from "./events";

/** A listener whose clock stands until it is moved. */
function listening() {
  const opened: FakeEvents[] = [];
  const waiting: { act: () => void; milliseconds: number }[] = [];
  const stopped: number[] = [];
  const told: { changed: StudyEvent[]; returned: number; refused: number; live: boolean[] } = {
    changed: [],
    refused: 0,
    returned: 0,
    live: [],
  };
  const stop = listen(
    {
      changed: (event) => told.changed.push(event),
      returned: () => (told.returned += 1),
      refused: () => (told.refused += 1),
      live: (live) => told.live.push(live),
    },
    {
      open: () => {
        const source = new FakeEvents();
        opened.push(source);
        return source as unknown as EventSource;
      },
      wait: (act, milliseconds) => waiting.push({ act, milliseconds }),
      stop: (timer) => stopped.push(timer),
    },
  );
  return { opened, waiting, stopped, told, stop, last: () => opened.at(-1)! };
}

test("a change of a study is told", () => {
  const { told, last } = listening();
  last().opened();
  last().says('{"id": 7, "revision": 31}');
  expect(told.changed).toEqual([{ id: 7, revision: 31 }]);
  expect(told.live).toEqual([true]);
});

test("what is no event of a study is passed over", () => {
  const { told, last } = listening();
  for (const text of ["", "not json", "null", '"text"', '{"id": "7", "revision": 1}', "{}"])
    last().says(text);
  expect(told.changed).toEqual([]);
});

test("a break that the browser mends by itself opens no second stream", () => {
  const { opened, waiting, told, last } = listening();
  last().opened();
  last().breaks("for a while");
  expect(told.live).toEqual([true, false]);
  last().opened();
  expect(opened).toHaveLength(1);
  expect(waiting).toHaveLength(0);
});

test("after a break it is said that changes may have been missed, and only once", () => {
  const { told, last } = listening();
  last().opened();
  expect(told.returned).toBe(0);
  last().breaks("for a while");
  last().breaks("for a while");
  last().opened();
  expect(told.returned).toBe(1);
});

test("a stream that the browser gave up is opened again, each time later", () => {
  const { opened, waiting, last } = listening();
  for (let times = 0; times < 7; times += 1) {
    last().breaks("for good");
    waiting.at(-1)?.act();
  }
  expect(opened).toHaveLength(8);
  expect(waiting.map(({ milliseconds }) => milliseconds)).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
});

test("a stream that was refused is told apart from one that broke", () => {
  const { told, last } = listening();
  last().breaks("for a while");
  expect(told.refused).toBe(0);
  last().breaks("for good");
  expect(told.refused).toBe(1);
});

test("the waiting begins anew once a stream was there", () => {
  const { waiting, last } = listening();
  last().breaks("for good");
  waiting.at(-1)?.act();
  last().breaks("for good");
  waiting.at(-1)?.act();
  last().opened();
  last().breaks("for good");
  expect(waiting.at(-1)?.milliseconds).toBe(1000);
});

test("whoever no longer listens has the stream closed and no other opened", () => {
  const { stop, last, stopped } = listening();
  last().breaks("for good");
  stop();
  expect(last().closed).toBe(true);
  expect(stopped).toHaveLength(1);
});
