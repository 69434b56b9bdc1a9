import { type ReactNode, useCallback, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useLoaded } from "../api/loaded";
import type { BundleChange, BundleEntry } from "../api/types";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { BundleCard } from "./BundleCard";
import "./admin.css";

/** The bundles of this clinic: which of them run, which silently, and in which version. */
export function BundlesPage(): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const toasts = useToasts();
  const loaded = useLoaded(
    useCallback(
      (signal: AbortSignal) => answer(client.GET("/api/v1/bundles", { signal })),
      [client],
    ),
  );
  const [changed, setChanged] = useState<Record<string, BundleEntry>>({});

  async function change(name: string, body: Partial<BundleChange>) {
    try {
      const now = await answer(
        client.PATCH("/api/v1/bundles/{name}", { params: { path: { name } }, body }),
      );
      setChanged((before) => ({ ...before, [name]: now }));
      toasts.tell(say("bundles.saved", { name }));
    } catch (problem) {
      toasts.fail(problem);
    }
  }

  return (
    <div className="page admin">
      <h1>{say("bundles.title")}</h1>
      <p className="hint">{say("bundles.why")}</p>
      {loaded.problem === undefined ? null : (
        <Failure problem={loaded.problem} again={loaded.reload} />
      )}
      {loaded.data || loaded.problem ? null : <Waiting />}
      {loaded.data?.length === 0 ? <p>{say("bundles.none")}</p> : null}
      {loaded.data?.map((bundle) => (
        <BundleCard
          key={bundle.name}
          bundle={changed[bundle.name] ?? bundle}
          change={(body) => change(bundle.name, body)}
        />
      ))}
    </div>
  );
}
