import { audit } from "../words/en/audit";

const DID = "audit.did.";

/** Every act that has words, such as `study.viewed`. */
export const ACTS: readonly string[] = Object.keys(audit)
  .filter((word) => word.startsWith(DID))
  .map((word) => word.slice(DID.length));

/** Acts by what they begin with, in the order of the words. */
export function groupsOf(acts: readonly string[]): [string, string[]][] {
  const groups = new Map<string, string[]>();
  for (const act of acts) {
    const group = act.split(".")[0] ?? "";
    groups.set(group, [...(groups.get(group) ?? []), act]);
  }
  return [...groups];
}
