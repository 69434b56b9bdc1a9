import { type ReactNode, Suspense, useRef } from "react";
import { NavLink, Outlet, useLocation, useMatch } from "react-router";
import { useSession } from "../session/session";
import { UploadLink } from "../upload/UploadLink";
import { useWords, type Word } from "../words";
import { Boundary } from "./Boundary";
import { LanguageChoice } from "./LanguageChoice";
import { Mark } from "./Mark";
import { PERMISSIONS } from "./permissions";
import { useToasts } from "./toasts";
import { useFocusOnPage, useTrail } from "./trail";
import { useTitle } from "./useTitle";
import { Waiting } from "./Waiting";
import "./frame.css";

/** Pages beside the worklist: their address, who may come (any of these), and their name. */
const PAGES: readonly [string, readonly string[], Word][] = [
  ["/annotation", [PERMISSIONS.annotate, PERMISSIONS.manageAnnotation], "annotation.title"],
  ["/teaching", [PERMISSIONS.learn, PERMISSIONS.teach], "teaching.title"],
  ["/dashboard", [PERMISSIONS.dashboard], "dashboard.title"],
  ["/bundles", [PERMISSIONS.bundles], "shell.bundles"],
  ["/users", [PERMISSIONS.users], "shell.users"],
  ["/audit", [PERMISSIONS.audit], "audit.title"],
];

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
            <Outlet />
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
  // From elsewhere the list comes back as it was; on the list itself its link clears it.
  const worklist = useMatch("/") ? "/" : trail.worklist;
  return (
    <header className="bar">
      <NavLink to={worklist} className="bar-name" aria-label={`Condyle: ${say("shell.worklist")}`}>
        <Mark />
        <span>Condyle</span>
      </NavLink>
      <nav aria-label={say("shell.pages")}>
        {may(PERMISSIONS.worklist) ? (
          <NavLink to={worklist} end>
            {say("shell.worklist")}
          </NavLink>
        ) : null}
        {may(PERMISSIONS.upload) ? <UploadLink /> : null}
        {PAGES.filter(([, permissions]) => permissions.some(may)).map(([path, , word]) => (
          <NavLink key={path} to={path}>
            {say(word)}
          </NavLink>
        ))}
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
