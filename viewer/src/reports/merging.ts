import type { ReportEntry } from "../api/types";

/** Texts of sections by their names. */
export type Texts = Readonly<Record<string, string>>;

/** What is typed here beside what the service has. */
export interface Typed {
  /** As the service has it. */
  base: ReportEntry;
  /** Typed here and not saved yet. */
  mine: Texts;
  /** What somebody else wrote meanwhile into a section that was typed in here. */
  theirs: Texts;
}

/** The text of a section as the service has it. */
export function textOf(report: ReportEntry, name: string): string {
  return report.sections.find((section) => section.name === name)?.text ?? "";
}

/** What can be saved: all that is typed, but for sections that wait for a choice. */
export function toSave({ mine, theirs }: Typed): Texts {
  return Object.fromEntries(Object.entries(mine).filter(([name]) => !(name in theirs)));
}

/** A section with what is typed in it; what is as the service has it needs no saving. */
export function typed(before: Typed, name: string, text: string): Typed {
  const mine = { ...before.mine, [name]: text };
  if (text === textOf(before.base, name) && !(name in before.theirs)) delete mine[name];
  return { ...before, mine };
}

/**
 * Takes a later report of the service, and keeps what is typed. Where somebody else changed a
 * section that is typed in here, both texts are kept until one of them is chosen.
 *
 * @param sent - What was sent last from here; its coming back is nobody else's change.
 */
export function adopted(before: Typed, report: ReportEntry, sent: Texts = {}): Typed {
  if (report.edition < before.base.edition) return before;
  const mine = { ...before.mine };
  const theirs = { ...before.theirs };
  for (const [name, text] of Object.entries(before.mine)) {
    const now = textOf(report, name);
    if (now === text) {
      delete mine[name];
      delete theirs[name];
    } else if (now !== textOf(before.base, name) && now !== sent[name]) {
      theirs[name] = now;
    }
  }
  return { base: report, mine, theirs };
}

/** Ends a choice between two texts of a section with the text that shall stand. */
export function settled(before: Typed, name: string, text: string): Typed {
  const { [name]: _, ...theirs } = before.theirs;
  return typed({ ...before, theirs }, name, text);
}

/** Two texts one below the other, none of them lost. */
export function both(first: string, second: string): string {
  return [first, second].filter((text) => text.trim()).join("\n");
}
