import type { ReactNode } from "react";
import { Navigate, Route, Routes, useLocation } from "react-router";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { Door, LogInPage } from "./LogInPage";
import { MustChangePage } from "./MustChangePage";
import { useEntrance } from "./session";

interface From {
  from?: string;
}

/** Lets somebody who is logged in to the pages; everybody else to the log-in. */
export function Entrance({ children }: { children: ReactNode }): ReactNode {
  const { known, ask } = useEntrance();
  const { say } = useWords();
  const location = useLocation();
  if (known.is === "asking") return <Waiting />;
  if (known.is === "unreachable") {
    return (
      <Door>
        <h1>{say("session.away")}</h1>
        <Failure problem={known.problem} again={() => void ask()} />
      </Door>
    );
  }
  if (known.is === "nobody") {
    const from = location.pathname + location.search;
    return (
      <Routes>
        <Route path="/login" element={<LogInPage ended={known.ended} />} />
        <Route path="*" element={<Navigate to="/login" replace state={{ from }} />} />
      </Routes>
    );
  }
  if (known.session.me.must_change) return <MustChangePage />;
  if (location.pathname === "/login") {
    const { from } = (location.state ?? {}) as From;
    return <Navigate to={from ?? "/"} replace />;
  }
  return children;
}
