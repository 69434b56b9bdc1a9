import { useEffect } from "react";
import { useLocation } from "react-router";
import { useWords, type Word } from "../words";

const TITLES: [string, Word][] = [
  ["/studies/", "study.title"],
  ["/upload", "shell.upload"],
  ["/bundles", "shell.bundles"],
  ["/users", "shell.users"],
  ["/patients", "patients.title"],
  ["/account", "account.title"],
  ["/audit", "audit.title"],
  ["/annotation", "annotation.title"],
  ["/teaching", "teaching.title"],
  ["/dashboard", "dashboard.title"],
];

/** Names the window after the page; never after a patient, as windows are listed and kept. */
export function useTitle(): void {
  const { say } = useWords();
  const { pathname } = useLocation();
  const word = TITLES.find(([path]) => pathname.startsWith(path))?.[1] ?? "shell.worklist";
  const title = `${say(word)} · Condyle`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
