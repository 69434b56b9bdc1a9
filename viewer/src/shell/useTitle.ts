import { useEffect } from "react";
import { useLocation } from "react-router";
import { useWords } from "../words";
import { placeOf } from "./pages";

/** Names the window after the page; never after a patient, as windows are listed and kept. */
export function useTitle(): void {
  const { say } = useWords();
  const { pathname } = useLocation();
  const word = placeOf(pathname)?.word ?? "shell.notFound.short";
  const title = `${say(word)} · Condyle`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
