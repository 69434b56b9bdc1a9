import { expect, test } from "vitest";
import type { FileEntry } from "../api/types";
import { bytes } from "./bytes";
import { toggled } from "./Exclusions";
import { chosenGroups } from "./NewUploadForm";
import { ordered } from "./Result";

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [524_288, "524 kB"],
  [999_600, "1 MB"],
  [1_234_567, "1.2 MB"],
  [8_000_000_000, "8 GB"],
  [5_000_000_000_000_000, "5,000 TB"],
])("%d bytes are written as %s", (count, text) => {
  expect(bytes(count, "en")).toBe(text);
});

test("bytes are written with the language's own comma", () => {
  expect(bytes(1_234_567, "es")).toBe("1,2 MB");
});

test("an exclusion is turned on and off, and without any the question is open again", () => {
  expect(toggled(null, "implant")).toEqual(["implant"]);
  expect(toggled(["implant"], "trauma")).toEqual(["implant", "trauma"]);
  expect(toggled(["implant", "trauma"], "implant")).toEqual(["trauma"]);
  expect(toggled(["trauma"], "trauma")).toBeNull();
});

test("an exclusion after 'none of these' takes that answer back", () => {
  expect(toggled([], "implant")).toEqual(["implant"]);
});

test("chosen files are shown by their folder, and only so many", () => {
  const chosen = ["a/1", "a/b/2", "x.zip"].map((name) => ({ name, file: new File([], name) }));
  expect(chosenGroups(chosen)).toEqual([
    { name: "a/", files: 2 },
    { name: "x.zip", files: 1 },
  ]);
  const many = Array.from({ length: 300 }, (_, n) => ({ name: `IM${n}`, file: new File([], "") }));
  const groups = chosenGroups(many);
  expect(groups).toHaveLength(6);
  expect(groups.at(-1)).toEqual({ name: "…", files: 295 });
});

test("what somebody should look at comes first in the result", () => {
  const states = ["stored", "refused", "duplicate", "waiting"] as const;
  const files = states.map(
    (state, id): FileEntry => ({ id, name: state, size: 1, state, reason: null, study: null }),
  );
  expect(ordered(files, null).map(({ name }) => name)).toEqual([
    "refused",
    "waiting",
    "duplicate",
    "stored",
  ]);
  expect(ordered(files, "stored").map(({ name }) => name)).toEqual(["stored"]);
});
