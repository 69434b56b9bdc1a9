import { describe, expect, it } from "vitest";
import { smallPicture, smallSize } from "./thumbnail";

describe("a small picture", () => {
  const picture = { values: [0, 100, 200, 300], rows: 2, columns: 2, channels: 1, inverted: false };
  const size = { width: 2, height: 2 };

  it("keeps the anatomy's shape on its longer side", () => {
    expect(smallSize(300, 150, 100)).toEqual({ width: 50, height: 100 });
    expect(smallSize(1, 1000, 100)).toEqual({ width: 100, height: 1 });
  });

  it("is grey through the window, clipped at its ends", () => {
    const bytes = smallPicture(picture, size, { low: 100, high: 200 });
    expect([...bytes]).toEqual([0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
  });

  it("turns dark what is high where the picture is inverted", () => {
    const bytes = smallPicture({ ...picture, inverted: true }, size, { low: 0, high: 300 });
    expect([bytes[0], bytes[12]]).toEqual([255, 0]);
  });

  it("keeps the colours of a coloured one", () => {
    const coloured = { values: [255, 128, 0], rows: 1, columns: 1, channels: 3, inverted: false };
    const bytes = smallPicture(coloured, { width: 1, height: 1 }, { low: 0, high: 1 });
    expect([...bytes]).toEqual([255, 128, 0, 255]);
  });

  it("takes the middle of what each of its pixels stands for", () => {
    const wide = { values: [1, 2, 3, 4, 5, 6], rows: 1, columns: 6, channels: 1, inverted: false };
    const bytes = smallPicture(wide, { width: 2, height: 1 }, { low: 0, high: 255 });
    expect([bytes[0], bytes[4]]).toEqual([2, 5]);
  });
});
