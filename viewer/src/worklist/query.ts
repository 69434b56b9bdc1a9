import type { Priority, StudyState, WorklistQuery } from "../api/types";

export type Sort = NonNullable<WorklistQuery["sort"]>;

/** What of the worklist is asked for; it stands in the page's address. */
export interface Asked {
  search: string;
  state: StudyState | "";
  anatomy: string;
  priority: Priority | "";
  source: string;
  /** First and last day of the study, as 2026-03-31; "" for no bound. */
  first: string;
  last: string;
  sort: Sort;
}

/** What narrows nothing. */
export const NOTHING = {
  search: "",
  state: "",
  anatomy: "",
  priority: "",
  source: "",
  first: "",
  last: "",
} as const satisfies Omit<Asked, "sort">;

export const STATES = ["received", "analysing", "read", "signed", "refused"] as const;
export const PRIORITIES = ["stat", "urgent", "routine"] as const;
export const ANATOMIES = ["lumbar-spine", "knee", "ankle"] as const;
export const SOURCES = ["upload", "pacs", "simulated"] as const;
const SORTS = ["received", "date", "priority", "patient"] as const;
export const PAGE = 50;

/** Reads what is asked for from an address; what no address of this page would hold is dropped. */
export function askedOf(address: URLSearchParams): Asked {
  return {
    search: address.get("search") ?? "",
    state: oneOf(STATES, address.get("state")) ?? "",
    anatomy: address.get("anatomy") ?? "",
    priority: oneOf(PRIORITIES, address.get("priority")) ?? "",
    source: address.get("source") ?? "",
    first: dayOf(address.get("first")),
    last: dayOf(address.get("last")),
    sort: oneOf(SORTS, address.get("sort")) ?? "received",
  };
}

/** Writes what is asked for into an address, leaving out what is not asked. */
export function addressOf(asked: Asked): URLSearchParams {
  const address = new URLSearchParams();
  for (const [name, value] of Object.entries(asked)) {
    const usual = name === "sort" && value === "received";
    if (value && !usual) address.set(name, String(value));
  }
  return address;
}

/** The service's query for a page. */
export function queryOf(asked: Asked, after: string | null): WorklistQuery {
  const query: WorklistQuery = { sort: asked.sort, limit: PAGE };
  if (asked.search.trim()) query.search = asked.search.trim();
  if (asked.state) query.state = asked.state;
  if (asked.anatomy) query.anatomy = asked.anatomy;
  if (asked.priority) query.priority = asked.priority;
  if (asked.source) query.source = asked.source;
  if (asked.first) query.first_date = asked.first;
  if (asked.last) query.last_date = asked.last;
  if (after) query.after = after;
  return query;
}

/** Whether anything narrows the list. */
export function isNarrowed(asked: Asked): boolean {
  const { search, sort: _, ...others } = asked;
  return Boolean(search.trim()) || Object.values(others).some(Boolean);
}

function dayOf(value: string | null): string {
  const isDay = value !== null && /^\d{4}-\d{2}-\d{2}$/.test(value);
  return isDay && !Number.isNaN(Date.parse(value)) ? value : "";
}

function oneOf<T extends string>(allowed: readonly T[], value: string | null): T | undefined {
  return allowed.find((one) => one === value);
}
