import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { ApiProblem } from "../api/problem";
import { Dialog } from "./Dialog";
import { Failure } from "./Failure";
import { ToastsProvider, useToasts } from "./toasts";

function Teller() {
  const { tell, fail } = useToasts();
  return (
    <>
      <button type="button" onClick={() => tell("It was done.")}>
        tell
      </button>
      <button type="button" onClick={() => fail(new ApiProblem(500, { failed: "It broke." }))}>
        fail
      </button>
    </>
  );
}

function toasts() {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const user = userEvent.setup({ advanceTimers: vi.advanceTimersByTime });
  render(
    <ToastsProvider>
      <Teller />
    </ToastsProvider>,
  );
  return user;
}

test("a failure shows each part that there is and none that is empty", () => {
  render(<Failure problem={new ApiProblem(409, { failed: "Not done.", mend: "Do it again." })} />);
  screen.getByText("Not done.");
  screen.getByText("Do it again.");
  screen.getByText("What to do");
  expect(screen.queryByText("Found")).toBeNull();
});

test("a failure of the page itself is told without a trace of its code", () => {
  render(<Failure problem={new TypeError("x is undefined")} />);
  const { textContent } = screen.getByRole("alert");
  expect(textContent).toContain("Something failed in this page.");
  expect(textContent).not.toContain(".tsx");
});

test("what was done is told for a while", async () => {
  const user = toasts();
  await user.click(screen.getByText("tell"));
  screen.getByText("It was done.");
  act(() => vi.advanceTimersByTime(6000));
  expect(screen.queryByText("It was done.")).toBeNull();
  vi.useRealTimers();
});

test("what failed stays until somebody dismisses it", async () => {
  const user = toasts();
  await user.click(screen.getByText("fail"));
  act(() => vi.advanceTimersByTime(60_000));
  screen.getByText("It broke.");
  await user.click(screen.getByRole("button", { name: "Dismiss" }));
  expect(screen.queryByText("It broke.")).toBeNull();
  vi.useRealTimers();
});

test("a dialog has its title as its name, and its button closes it", async () => {
  const close = vi.fn<() => void>();
  render(
    <Dialog title="Keyboard" close={close}>
      inside
    </Dialog>,
  );
  screen.getByRole("dialog", { name: "Keyboard" });
  await userEvent.click(screen.getByText("inside"));
  expect(close).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(close).toHaveBeenCalledOnce();
});
