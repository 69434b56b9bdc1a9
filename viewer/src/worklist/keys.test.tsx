import { expect, test } from "vitest";
import { actOf, isWriting } from "./keys";

function press(key: string, row: number, rows = 3, held: object = {}) {
  return actOf({ key, ctrlKey: false, metaKey: false, altKey: false, ...held }, { row, rows });
}

test.each(["j", "ArrowDown"])("%s goes down and stays at the end", (key) => {
  expect([-1, 0, 2].map((row) => press(key, row))).toEqual(
    [0, 1, 2].map((to) => ({ act: "move", to })),
  );
});

test.each(["k", "ArrowUp"])("%s goes up and stays at the top", (key) => {
  expect([-1, 2, 0].map((row) => press(key, row))).toEqual(
    [0, 1, 0].map((to) => ({ act: "move", to })),
  );
});

test("Home and End go to the first and the last study", () => {
  expect(press("Home", 2)).toEqual({ act: "move", to: 0 });
  expect(press("End", 0)).toEqual({ act: "move", to: 2 });
});

test("an empty list has nowhere to go", () => {
  for (const key of ["j", "k", "Home", "End"]) expect(press(key, -1, 0)).toBeNull();
});

test("keys with a modifier are the browser's", () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }])
    expect(press("j", 0, 3, held)).toBeNull();
});

test("the other keys are named, and unknown ones are none", () => {
  const acts = ["/", "?", "[", "]"].map((key) => press(key, 0)?.act);
  expect(acts).toEqual(["search", "help", "previous", "next"]);
  expect(press("x", 0)).toBeNull();
});

test("letters are letters where somebody writes", () => {
  const elements = ["input", "textarea", "select", "a", "td"].map((tag) =>
    document.createElement(tag),
  );
  expect(elements.map(isWriting)).toEqual([true, true, true, false, false]);
  expect(isWriting(null)).toBe(false);
});
