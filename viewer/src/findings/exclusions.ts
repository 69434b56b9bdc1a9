import type { Word } from "../words";

const WORDS: Readonly<Record<string, Word>> = {
  "age-under-18": "exclusion.age-under-18",
  surgery: "exclusion.surgery",
  implant: "exclusion.implant",
  tumour: "exclusion.tumour",
  infection: "exclusion.infection",
  trauma: "exclusion.trauma",
  pregnancy: "exclusion.pregnancy",
  "contrast-enhanced-images": "exclusion.contrast-enhanced-images",
  "fat-suppressed-images": "exclusion.fat-suppressed-images",
};

/** The text of an exclusion's code; the code itself where the catalogue has none. */
export function exclusionText(code: string, say: (word: Word) => string): string {
  const word = WORDS[code];
  return word ? say(word) : code;
}
