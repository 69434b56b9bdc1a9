import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { filledFrom, MapImage } from "./MapImage";

/** The strength that a filter gives a grey value, from 0 to 1. */
function strengthAt(matrix: string, grey: number): number {
  const numbers = matrix.trim().split(/\s+/).map(Number);
  const [red = 0, , , , offset = 0] = numbers.slice(15);
  return Math.min(1, Math.max(0, red * grey + offset));
}

describe("a map over its image", () => {
  it("fills a pixel from the threshold on and none under it", () => {
    for (const threshold of [0.3, 0.5, 0.7]) {
      const step = Math.ceil(threshold * 255);
      expect(strengthAt(filledFrom(threshold), (step + 4) / 255)).toBe(1);
      expect(strengthAt(filledFrom(threshold), (step - 2) / 255)).toBe(0);
    }
  });

  it("covers exactly the pixels of its frame, whose centres are whole numbers", () => {
    const map = { id: "m", href: "/m.png", rows: 8, columns: 6, from: null };
    const { container } = render(
      <svg>
        <MapImage map={map} />
      </svg>,
    );
    const image = container.querySelector("image");
    const told = ["x", "y", "width", "height", "href"].map((name) => image?.getAttribute(name));
    expect(told).toEqual(["-0.5", "-0.5", "6", "8", "/m.png"]);
    expect(container.querySelector(".map-heat")).not.toBeNull();
  });
});
