/** A piece of a text; `differs` where the other text lacks it. */
export interface Piece {
  text: string;
  differs: boolean;
}

/** Above this many pairs of words a comparison would be felt, and nothing is marked. */
const MOST_PAIRS = 4_000_000;

/** The lines of a text in pieces, of which those are marked that another text has not in order. */
export function compared(text: string, other: string): Piece[][] {
  if (text === other) return plain(text);
  const words = wordsOf(text);
  const theirs = wordsOf(other);
  const same = new Set(words.length * theirs.length > MOST_PAIRS ? words.keys() : shared(words, theirs));
  const lines: Piece[][] = [];
  let line: Piece[] = [];
  for (const [at, word] of words.entries()) {
    if (word === "\n") {
      lines.push(line);
      line = [];
      continue;
    }
    const differs = !same.has(at);
    const last = line.at(-1);
    if (last && last.differs === differs) last.text += ` ${word}`;
    else line.push({ text: last ? ` ${word}` : word, differs });
  }
  return [...lines, line].filter((pieces) => pieces.length > 0);
}

function plain(text: string): Piece[][] {
  const lines = text.split("\n").filter((line) => line.trim());
  return lines.map((line) => [{ text: line, differs: false }]);
}

function wordsOf(text: string): string[] {
  return text.match(/\n|[^\s]+/g) ?? [];
}

/** Where the words of the longest common subsequence stand in the first list. */
function shared(words: readonly string[], others: readonly string[]): number[] {
  const width = others.length + 1;
  const best = new Uint32Array((words.length + 1) * width);
  const at = (row: number, column: number) => best[row * width + column] ?? 0;
  for (let row = words.length - 1; row >= 0; row--) {
    for (let column = others.length - 1; column >= 0; column--) {
      best[row * width + column] =
        words[row] === others[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const found: number[] = [];
  for (let row = 0, column = 0; row < words.length && column < others.length; ) {
    if (words[row] === others[column]) {
      found.push(row);
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return found;
}
