/** A file that was chosen, with its path in the folder that was dropped. */
export interface Chosen {
  name: string;
  file: File;
}

/** What was chosen, and how many files of the system itself were left out. */
export interface Gathered {
  chosen: Chosen[];
  leftOut: number;
}

/** What systems put beside people's files; it is never an image. */
const OF_SYSTEMS = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*|__MACOSX\/.*)$/;

/**
 * Gathers what was dropped: files, and folders with all that is in them.
 *
 * It must be called while the drop is handled, as the browser forgets what was dropped afterwards.
 */
export function gatherDropped(items: Iterable<DataTransferItem>): Promise<Gathered> {
  const entries: FileSystemEntry[] = [];
  const plain: File[] = [];
  for (const item of items) {
    if (item.kind !== "file") continue;
    const entry = item.webkitGetAsEntry();
    const file = entry ? null : item.getAsFile();
    if (entry) entries.push(entry);
    else if (file) plain.push(file);
  }
  return (async () => {
    const chosen = plain.map((file) => ({ name: file.name, file }));
    for (const entry of entries) chosen.push(...(await filesOf(entry)));
    return sorted(chosen);
  })();
}

/** Gathers what was picked by the browser's own dialogue. */
export function gatherPicked(files: Iterable<File>): Gathered {
  return sorted([...files].map((file) => ({ name: file.webkitRelativePath || file.name, file })));
}

/** Puts together what was chosen one after the other; the same name again counts once. */
export function together(before: readonly Chosen[], more: readonly Chosen[]): Chosen[] {
  const byName = new Map(before.map((chosen) => [chosen.name, chosen]));
  for (const chosen of more) byName.set(chosen.name, chosen);
  return [...byName.values()];
}

export function sizeOf(chosen: readonly Chosen[]): number {
  return chosen.reduce((sum, { file }) => sum + file.size, 0);
}

function sorted(all: Chosen[]): Gathered {
  const chosen = all.filter(({ name }) => !OF_SYSTEMS.test(name));
  chosen.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  return { chosen, leftOut: all.length - chosen.length };
}

async function filesOf(entry: FileSystemEntry): Promise<Chosen[]> {
  const name = entry.fullPath.replace(/^\/+/, "");
  if (entry.isFile) return [{ name, file: await fileOf(entry as FileSystemFileEntry) }];
  const inside: Chosen[] = [];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A browser gives a folder in pieces of a hundred, and an empty one at the end.
    const piece = await entriesOf(reader);
    if (piece.length === 0) return inside;
    for (const one of piece) inside.push(...(await filesOf(one)));
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

function entriesOf(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}
