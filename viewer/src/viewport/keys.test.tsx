// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { takesKeys } from "./keys";
import { type KeyActs, viewerKeys } from "./viewerKeys";

function field(html: string): Element | null {
  document.body.innerHTML = html;
  return document.body.firstElementChild;
}

describe("a key", () => {
  it("belongs to the field that is written in", () => {
    expect(takesKeys(field("<input type=text>"), "w")).toBe(true);
    expect(takesKeys(field("<textarea></textarea>"), "w")).toBe(true);
    expect(takesKeys(field("<select></select>"), "w")).toBe(true);
  });

  it("belongs to the page over a slider but for the keys that move it", () => {
    const slider = field("<input type=range>");
    expect(takesKeys(slider, "w")).toBe(false);
    expect(takesKeys(slider, "arrowdown")).toBe(true);
  });

  it("belongs to a dialog that stands above the images", () => {
    const dialog = field("<dialog><p tabindex=0>text</p><button>x</button></dialog>");
    expect(takesKeys(dialog?.querySelector("p") ?? null, "pagedown")).toBe(true);
    expect(takesKeys(dialog?.querySelector("button") ?? null, "w")).toBe(true);
  });

  it("belongs to a button only where it presses it", () => {
    const button = field("<button>x</button>");
    expect(takesKeys(button, "enter")).toBe(true);
    expect(takesKeys(button, "arrowdown")).toBe(false);
  });
});

describe("the viewer's keys", () => {
  const did: string[] = [];
  const note =
    (what: string) =>
    (...values: unknown[]) =>
      void did.push(`${what}:${values.join()}`);
  const acts: KeyActs = {
    state: { layout: 2, active: 1, linked: true, panes: [] },
    presets: [{ name: "auto", voi: { low: 0, high: 1 } }],
    overlays: true,
    activeFrames: [],
    take: note("take"),
    arrange: note("arrange"),
    link: note("link"),
    preset: note("preset"),
    invert: note("invert"),
    flip: note("flip"),
    reset: note("reset"),
    clear: note("clear"),
    showOverlays: note("overlays"),
    scroll: note("scroll"),
    step: note("step"),
  };
  const keys = viewerKeys(acts);

  it.each([
    ["arrowdown", "scroll:1,1"],
    ["pageup", "scroll:1,-10"],
    ["4", "arrange:4"],
    ["5", "preset:auto"],
    ["l", "take:length"],
    ["k", "link:false"],
    ["o", "overlays:false"],
    ["b", "step:-1"],
  ])("%s does %s", (key, expected) => {
    did.length = 0;
    keys[key]?.(new KeyboardEvent("keydown"));
    expect(did).toEqual([expected]);
  });
});
