import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ApiProblem, problemOf } from "../api/problem";
import { WordsProvider } from "../words";
import { Failure } from "./Failure";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const AWAY = () => new ApiProblem(503, { failed: "The database is away." });

function shown(first: unknown, again?: () => void) {
  const page = (problem: unknown) => (
    <WordsProvider first="en">
      <Failure problem={problem} again={again} />
    </WordsProvider>
  );
  const { rerender } = render(page(first));
  return (next: unknown) => rerender(page(next));
}

const pass = (seconds: number) => act(() => void vi.advanceTimersByTime(seconds * 1000));

test("what passes by itself is tried again by itself, each time after longer, and that is said", () => {
  const again = vi.fn<() => void>();
  const next = shown(AWAY(), again);
  screen.getByText("It is tried again by itself.");
  pass(2);
  expect(again).toHaveBeenCalledTimes(1);
  next(AWAY());
  pass(2);
  expect(again).toHaveBeenCalledTimes(1);
  pass(2);
  expect(again).toHaveBeenCalledTimes(2);
  for (let tries = 3; tries < 9; tries++) {
    next(AWAY());
    pass(15);
    expect(again).toHaveBeenCalledTimes(tries);
  }
});

test("when the network is there again, nobody waits", () => {
  const again = vi.fn<() => void>();
  shown(new ApiProblem(0, { failed: "" }), again);
  fireEvent(window, new Event("online"));
  expect(again).toHaveBeenCalledOnce();
});

test.each([403, 404, 409, 422, 500, 507])("what is answered with %d stays so", (status) => {
  const again = vi.fn<() => void>();
  shown(new ApiProblem(status, { failed: "No." }), again);
  pass(120);
  expect(again).not.toHaveBeenCalled();
  expect(screen.queryByText("It is tried again by itself.")).toBeNull();
});

test("what nobody can ask again is not tried, nor what is shown no more", () => {
  shown(AWAY());
  expect(screen.queryByText("It is tried again by itself.")).toBeNull();
  const again = vi.fn<() => void>();
  const next = shown(AWAY(), again);
  next(new ApiProblem(404, { failed: "No." }));
  pass(120);
  expect(again).not.toHaveBeenCalled();
});

test("an answer of what stands before the service says that the service does not answer", () => {
  shown(problemOf(502, "<html>Bad Gateway</html>"));
  screen.getByText("Condyle does not answer.");
  expect(problemOf(503, { failed: "The database is away." }).unreachable).toBe(false);
});
