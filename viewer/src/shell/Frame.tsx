import { type ReactNode, Suspense, useRef } from "react";
import { NavLink, Outlet, useLocation, useMatch } from "react-router";
import { useSession } from "../session/session";
import { UploadLink } from "../upload/UploadLink";
import { useWords } from "../words";
import { Boundary } from "./Boundary";
import { LanguageChoice } from "./LanguageChoice";
import { Mark } from "./Mark";
import { PERMISSIONS } from "./permissions";
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
        <NavLink to={worklist} end>
          {say("shell.worklist")}
        </NavLink>
        {may(PERMISSIONS.upload) ? <UploadLink /> : null}
        {may(PERMISSIONS.bundles) ? <NavLink to="/bundles">{say("shell.bundles")}</NavLink> : null}
        {may(PERMISSIONS.users) ? <NavLink to="/users">{say("shell.users")}</NavLink> : null}
      </nav>
      <div className="bar-who">
        <LanguageChoice />
        <span className="bar-person">
          <span>{me.full_name || me.name}</span>
          <span className="bar-role">{say(`role.${me.role}`)}</span>
        </span>
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
