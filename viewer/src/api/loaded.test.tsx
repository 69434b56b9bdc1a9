import { act, renderHook, waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { useLoaded } from "./loaded";

/** Something that is asked for and answered by hand, in any order. */
function byHand<T>() {
  const asked: { give: (value: T) => void; fail: (problem: unknown) => void; signal: AbortSignal }[] =
    [];
  const ask = (signal: AbortSignal) =>
    new Promise<T>((give, fail) => asked.push({ give, fail, signal }));
  return { asked, ask };
}

test("what was asked for is given once it is there", async () => {
  const { asked, ask } = byHand<string>();
  const { result } = renderHook(() => useLoaded(ask));
  expect(result.current).toMatchObject({ data: undefined, loading: true });
  await act(async () => asked[0]?.give("here"));
  expect(result.current).toMatchObject({ data: "here", loading: false, problem: undefined });
});

test("only the last asking counts, in whatever order answers come", async () => {
  const first = byHand<string>();
  const second = byHand<string>();
  const { result, rerender } = renderHook(({ ask }) => useLoaded(ask), {
    initialProps: { ask: first.ask },
  });
  rerender({ ask: second.ask });
  await act(async () => second.asked[0]?.give("new"));
  await act(async () => first.asked[0]?.give("old"));
  expect(result.current.data).toBe("new");
  expect(first.asked[0]?.signal.aborted).toBe(true);
});

test("what is there stays while it is asked for again, and when that fails", async () => {
  const { asked, ask } = byHand<string>();
  const { result } = renderHook(() => useLoaded(ask));
  await act(async () => asked[0]?.give("here"));
  act(() => result.current.reload());
  expect(result.current).toMatchObject({ data: "here", loading: true });
  await act(async () => asked[1]?.fail(new Error("away")));
  expect(result.current).toMatchObject({ data: "here", loading: false });
  expect(result.current.problem).toBeInstanceOf(Error);
});

test("a failure goes when asking again succeeds", async () => {
  const { asked, ask } = byHand<string>();
  const { result } = renderHook(() => useLoaded(ask));
  await act(async () => asked[0]?.fail(new Error("away")));
  act(() => result.current.reload());
  await act(async () => asked[1]?.give("back"));
  await waitFor(() => expect(result.current.problem).toBeUndefined());
});

test("a page that is left gives its asking up", () => {
  const { asked, ask } = byHand<string>();
  renderHook(() => useLoaded(ask)).unmount();
  expect(asked[0]?.signal.aborted).toBe(true);
});
