import type { Role } from "../api/types";

/** Every role, the one with the fewest rights first. */
export const ROLES: readonly Role[] = [
  "viewer",
  "clinician",
  "annotator",
  "researcher",
  "administrator",
];

/** The role of a choice's value. */
export function roleOf(value: string): Role {
  return ROLES.find((role) => role === value) ?? "viewer";
}
