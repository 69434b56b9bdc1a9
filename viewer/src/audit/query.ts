import type { paths } from "../api/schema";

/** What of the log is looked at, as the address and the fields hold it. */
export interface Asked {
  user: string;
  action: string;
  study: string;
  patient: string;
  from: string;
  to: string;
}

export const EVERYTHING: Asked = { user: "", action: "", study: "", patient: "", from: "", to: "" };
type Query = NonNullable<paths["/api/v1/audit"]["get"]["parameters"]["query"]>;

const KEYS = Object.keys(EVERYTHING) as (keyof Asked)[];

/** What an address asks for. */
export function askedOf(address: URLSearchParams): Asked {
  return Object.fromEntries(KEYS.map((key) => [key, address.get(key) ?? ""])) as unknown as Asked;
}

/** The address of what is asked for, without what is not. */
export function addressOf(asked: Asked): URLSearchParams {
  return new URLSearchParams(KEYS.flatMap((key) => (asked[key] ? [[key, asked[key]]] : [])));
}

export function isNarrowed(asked: Asked): boolean {
  return KEYS.some((key) => asked[key] !== "");
}

/** The query of the service; days begin and end at midnight where the reader is. */
export function queryOf(asked: Asked): Query {
  const query: Query = {};
  for (const key of ["user", "study", "patient"] as const) {
    // A number that is being typed, or none, asks for nothing.
    if (/^[1-9]\d{0,8}$/.test(asked[key])) query[key] = Number(asked[key]);
  }
  if (asked.action) query.action = asked.action;
  const since = midnight(asked.from, 0);
  const until = midnight(asked.to, 1);
  if (since) query.since = since;
  if (until) query.until = until;
  return query;
}

/** The instant at which a day begins here, or so many days later. */
function midnight(day: string, later: number): string | null {
  const [year, month, date] = day.split("-").map(Number);
  if (!year || !month || !date) return null;
  const instant = new Date(year, month - 1, date + later);
  return Number.isNaN(instant.getTime()) || year < 1000 ? null : instant.toISOString();
}

/** Where the same is had as a table. */
export function exportAddress(asked: Asked): string {
  const query = Object.entries(queryOf(asked)).map(([key, value]) => [key, String(value)]);
  const search = new URLSearchParams(query).toString();
  return `/api/v1/audit/export${search ? `?${search}` : ""}`;
}
