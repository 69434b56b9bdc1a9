import { act, fireEvent, renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { MarkTool } from "../marking/marks";
import { page } from "../marking/testing";
import { LABELS } from "./testing";
import { useLabels } from "./useLabels";

/** Every state that a page showed, a press in which would have been taken. */
function shown() {
  const seen: { label: string; tool: MarkTool | null; tools: readonly MarkTool[] }[] = [];
  const { result } = renderHook(() => {
    const labelled = useLabels({ labels: LABELS, start: [], answers: {}, changed: () => undefined });
    const { label, tool, tools } = labelled.marking;
    seen.push({ label, tool, tools });
    return labelled;
  });
  return { seen, result };
}

const key = (name: string) => fireEvent.keyDown(window, { key: name });

describe("a label that a key takes in hand", () => {
  it("has its own tools from the first moment, and never another's", () => {
    const { seen } = shown();
    key("2");
    key("1");
    key("2");
    expect(seen.map(({ label }) => label)).toContain("disc");
    for (const { label, tool, tools } of seen) {
      expect(tools.includes("box")).toBe(label === "hernia");
      expect(tool === "box").toBe(label === "hernia");
    }
  });

  it("gives the tool back that was in hand for its kind", () => {
    const { result } = shown();
    key("2");
    act(() => result.current.marking.setTool("outline"));
    key("1");
    expect(result.current.marking.tool).toBe("box");
    key("2");
    expect(result.current.marking.tool).toBe("outline");
  });

  it("keeps an open outline as it is where the next label has no such tool", () => {
    const { result } = shown();
    key("2");
    act(() => result.current.marking.setTool("outline"));
    act(() =>
      result.current.marking.draft.set({
        ...{ kind: "outline", page: page(), label: "disc", box: null },
        ring: [[1, 1], [1, 8], [8, 8]],
      }),
    );
    key("1");
    expect(result.current.marking.draft.now()).toBeNull();
    expect(result.current.marking.marks).toMatchObject([{ label: "disc", box: null }]);
  });
});
