import { type ReactNode, Suspense, useRef } from "react";
import { NavLink, useLocation, useMatch } from "react-router";
import { useSession } from "../session/session";
import { UploadLink } from "../upload/UploadLink";
import { useWords } from "../words";
import { Boundary } from "./Boundary";
import { LanguageChoice } from "./LanguageChoice";
import { Mark } from "./Mark";
import { firstPlace, PLACES, reaches } from "./pages";
import { Reached } from "./Reached";
import { useToasts } from "./toasts";
import { useFocusOnPage, useTrail } from "./trail";
import { useTitle } from "./useTitle";
import { Waiting } from "./Waiting";
import "./frame.css";

/** What stands around every page: the bar above, the research-use notice below. */
export function Frame(): ReactNode {
  const { say } = useWords();
  const inStudy = useMatch("/studies/:id");
  const { pathname } = useLocation();
  const content = useRef<HTMLElement>(null);
  useFocusOnPage(content);
  useTitle();
  return (
    <div className={inStudy ? "frame frame-study" : "frame"}>
      <a className="skip" href="#content">
        {say("shell.skip")}
      </a>
      <TopBar />
      <main ref={content} id="content" className="frame-content" tabIndex={-1}>
        <Boundary at={pathname}>
          <Suspense fallback={<Waiting />}>
            <Reached />
          </Suspense>
        </Boundary>
      </main>
      <footer className="frame-notice">
        <strong>{say("shell.researchUse")}</strong>
        <span>{say("shell.researchUse.what")}</span>
      </footer>
    </div>
  );
}

function TopBar(): ReactNode {
  const { say } = useWords();
  const { me, may, logOut } = useSession();
  const toasts = useToasts();
  const trail = useTrail();
  const first = firstPlace(may);
  // From elsewhere the list comes back as it was; on the list itself its link clears it.
  const worklist = useMatch("/") ? "/" : trail.worklist;
  const addressOf = (path: string) => (path === "/" ? worklist : path);
  return (
    <header className="bar">
      <NavLink
        to={addressOf(first.path)}
        className="bar-name"
        aria-label={`Condyle: ${say(first.word)}`}
      >
        <Mark />
        <span>Condyle</span>
      </NavLink>
      <nav aria-label={say("shell.pages")}>
        {PLACES.filter((place) => place.inBar && reaches(place, may)).map(({ path, word, short }) =>
          path === "/upload" ? (
            <UploadLink key={path} />
          ) : (
            <NavLink key={path} to={addressOf(path)} end={path === "/"}>
              {say(short ?? word)}
            </NavLink>
          ),
        )}
      </nav>
      <div className="bar-who">
        <LanguageChoice />
        <NavLink to="/account" className="bar-person" title={say("account.title")}>
          <span>{me.full_name || me.name}</span>
          <span className="bar-role">{say(`role.${me.role}`)}</span>
        </NavLink>
        <button
          type="button"
          className="button plain"
          onClick={() => void logOut().catch(toasts.fail)}
        >
          {say("shell.logOut")}
        </button>
      </div>
    </header>
  );
}
