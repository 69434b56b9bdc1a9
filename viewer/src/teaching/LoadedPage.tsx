import type { ReactNode } from "react";
import type { Loaded } from "../api/loaded";
import { Failure } from "../shell/Failure";
import { Waiting } from "../shell/Waiting";

/** What was asked for once it is here; before that that it is waited for, or why it failed. */
export function WhenLoaded<T>({
  loaded,
  children,
}: {
  loaded: Loaded<T>;
  children: (data: T) => ReactNode;
}): ReactNode {
  if (loaded.data !== undefined) return children(loaded.data);
  if (loaded.problem === undefined) return <Waiting />;
  return (
    <div className="page">
      <Failure problem={loaded.problem} again={loaded.reload} />
    </div>
  );
}
