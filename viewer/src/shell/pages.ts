import type { Word } from "../words";
import { PERMISSIONS } from "./permissions";

/** A page: where it is, whose role reaches it, and its name. */
export interface Place {
  path: string;
  /** Any of these is enough; with none, whoever is logged in reaches it. */
  any: readonly string[];
  word: Word;
  /** A shorter name for the bar, where the name is long. */
  short?: Word;
  /** Whether the bar has a link to it. */
  inBar: boolean;
}

const { worklist, findings, upload, annotate, manageAnnotation, adjudicate } = PERMISSIONS;
const { learn, teach, dashboard, bundles, users, audit } = PERMISSIONS;
const ANNOTATION = [annotate, manageAnnotation, adjudicate];

/** Every page, in the order of the bar. */
export const PLACES: readonly Place[] = [
  { path: "/", any: [worklist], word: "shell.worklist", inBar: true },
  { path: "/upload", any: [upload], word: "shell.upload", inBar: true },
  { path: "/studies", any: [findings], word: "study.title", inBar: false },
  { path: "/patients", any: [findings], word: "patients.title", inBar: false },
  { path: "/annotation", any: ANNOTATION, word: "annotation.title", inBar: true },
  { path: "/teaching", any: [learn, teach], word: "teaching.title", inBar: true },
  { path: "/dashboard", any: [dashboard], word: "dashboard.title", inBar: true },
  { path: "/bundles", any: [bundles], word: "shell.bundles", inBar: true },
  { path: "/users", any: [users], word: "shell.users", inBar: true },
  { path: "/audit", any: [audit], word: "audit.title", short: "audit.short", inBar: true },
  { path: "/account", any: [], word: "account.title", inBar: false },
];

/** The page of an address; `undefined` where there is none. */
export function placeOf(pathname: string): Place | undefined {
  return PLACES.find(({ path }) => pathname === path || (path !== "/" && pathname.startsWith(`${path}/`)));
}

/** Whether somebody's role reaches a page. */
export function reaches({ any }: Place, may: (permission: string) => boolean): boolean {
  return any.length === 0 || any.some(may);
}

/** The page that somebody's day begins with: the first of the bar that they reach. */
export function firstPlace(may: (permission: string) => boolean): Place {
  const found = PLACES.find((place) => reaches(place, may));
  if (!found) throw new Error("there is no page that everybody reaches");
  return found;
}
