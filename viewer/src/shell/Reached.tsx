import type { ReactNode } from "react";
import { Link, Navigate, Outlet, useLocation } from "react-router";
import { useSession } from "../session/session";
import { useWords } from "../words";
import { firstPlace, placeOf, reaches } from "./pages";

/** The page of the address where one's role reaches it; else what that means, and a way on. */
export function Reached(): ReactNode {
  const { may } = useSession();
  const { pathname } = useLocation();
  const place = placeOf(pathname);
  if (!place || reaches(place, may)) return <Outlet />;
  const first = firstPlace(may);
  // Nobody asked for the first address: it is where one arrives.
  return pathname === "/" ? <Navigate to={first.path} replace /> : <OutOfReach />;
}

function OutOfReach(): ReactNode {
  const { say } = useWords();
  const { me, may } = useSession();
  const { pathname } = useLocation();
  const place = placeOf(pathname);
  const first = firstPlace(may);
  return (
    <div className="page out-of-reach">
      <h1>{say("shell.outOfReach", { page: place ? say(place.word) : "" })}</h1>
      <p>{say("shell.outOfReach.why", { role: say(`role.${me.role}`) })}</p>
      <p>
        <Link className="button" to={first.path}>
          {say("shell.outOfReach.on", { page: say(first.word) })}
        </Link>
      </p>
    </div>
  );
}
