import { expect, test } from "vitest";
import { type Chosen, gatherDropped, gatherPicked, sizeOf, together } from "./gather";

/** A folder as a browser gives it: in pieces of a hundred, and an empty one at the end. */
function folder(fullPath: string, inside: FileSystemEntry[]): FileSystemEntry {
  const entry = {
    isFile: false,
    fullPath,
    createReader: () => {
      let at = 0;
      return {
        readEntries: (give: (piece: FileSystemEntry[]) => void) => {
          give(inside.slice(at, at + 100));
          at += 100;
        },
      };
    },
  };
  return entry as unknown as FileSystemEntry;
}

function file(fullPath: string, failure?: Error): FileSystemEntry {
  const named = new File(["x"], fullPath.split("/").at(-1) ?? "");
  const entry = {
    isFile: true,
    fullPath,
    file: (give: (file: File) => void, fail: (error: Error) => void) =>
      failure ? fail(failure) : give(named),
  };
  return entry as unknown as FileSystemEntry;
}

function dropped(entry: FileSystemEntry | null, plain: File | null = null): DataTransferItem {
  const item = { kind: "file", webkitGetAsEntry: () => entry, getAsFile: () => plain };
  return item as unknown as DataTransferItem;
}

const names = (chosen: readonly Chosen[]) => chosen.map(({ name }) => name);

test("a folder gives all files of all folders in it, by their paths", async () => {
  const study = folder("/study", [
    folder("/study/t2", [file("/study/t2/IM10"), file("/study/t2/IM2")]),
    folder("/study/empty", []),
    file("/study/DICOMDIR"),
  ]);
  const { chosen } = await gatherDropped([dropped(study)]);
  expect(names(chosen)).toEqual(["study/DICOMDIR", "study/t2/IM2", "study/t2/IM10"]);
});

test("a folder with more files than a browser gives at once is whole", async () => {
  const many = Array.from({ length: 257 }, (_, number) => file(`/many/IM${number}`));
  const { chosen } = await gatherDropped([dropped(folder("/many", many))]);
  expect(chosen).toHaveLength(257);
  expect(new Set(names(chosen)).size).toBe(257);
});

test("what was dropped is asked for at once, as the browser forgets it", async () => {
  let forgotten = false;
  const item = {
    kind: "file",
    webkitGetAsEntry: () => (forgotten ? null : file("/IM1")),
    getAsFile: () => null,
  } as unknown as DataTransferItem;
  const gathering = gatherDropped([item, item]);
  forgotten = true;
  expect((await gathering).chosen).toHaveLength(2);
});

test("what has no entry is taken as a file, and what is no file is passed over", async () => {
  const text = { kind: "string" } as DataTransferItem;
  const { chosen } = await gatherDropped([text, dropped(null, new File(["x"], "study.zip"))]);
  expect(names(chosen)).toEqual(["study.zip"]);
});

test("a file that cannot be read is a failure and not a missing file", async () => {
  const unreadable = folder("/s", [file("/s/IM1"), file("/s/IM2", new Error("no right"))]);
  await expect(gatherDropped([dropped(unreadable)])).rejects.toThrow("no right");
});

test("files of the operating system are left out, and counted", () => {
  const files = ["s/IM1", "s/.DS_Store", "s/Thumbs.db", "s/._IM1", "__MACOSX/s/IM1", "desktop.ini"];
  const picked = files.map((path) => {
    const one = new File(["x"], path.split("/").at(-1) ?? "");
    Object.defineProperty(one, "webkitRelativePath", { value: path });
    return one;
  });
  const { chosen, leftOut } = gatherPicked(picked);
  expect(names(chosen)).toEqual(["s/IM1"]);
  expect(leftOut).toBe(5);
});

test("a file that only looks like one of the system's is kept", () => {
  const { chosen } = gatherPicked([new File(["x"], "my.DS_Store.dcm"), new File(["x"], "a._b")]);
  expect(chosen).toHaveLength(2);
});

test("the same path chosen again counts once, with the file that was chosen last", () => {
  const [before, after] = [new File(["1"], "IM1"), new File(["22"], "IM1")];
  const all = together([{ name: "IM1", file: before }], [{ name: "IM1", file: after }]);
  expect(all).toEqual([{ name: "IM1", file: after }]);
  expect(sizeOf(all)).toBe(2);
});
