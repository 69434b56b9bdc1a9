import { type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";

/** The studies that a text names, apart by commas or lines. */
export function named(text: string): string[] {
  const all = text.split(/[\s,;]+/).filter(Boolean);
  return [...new Set(all)];
}

const MOST = 200;

/** Names studies: pasted numbers, and what a search of the worklist finds. */
export function StudiesChoice({
  text,
  set,
}: {
  text: string;
  set: (text: string) => void;
}): ReactNode {
  const { say, count } = useWords();
  const { may } = useSession();
  const { client } = useApi();
  const toasts = useToasts();
  const [search, setSearch] = useState("");

  async function add() {
    try {
      const query = { search, limit: MOST };
      const found = await answer(client.GET("/api/v1/worklist", { params: { query } }));
      const known = new Set(named(text));
      const fresh = found.studies.map(({ id }) => `#${id}`).filter((one) => !known.has(one));
      set([text.trim(), fresh.join(", ")].filter(Boolean).join("\n"));
      toasts.tell(count("annotation.search.added", fresh.length));
      if (found.next) toasts.tell(say("annotation.search.more"));
    } catch (problem) {
      toasts.fail(problem);
    }
  }

  const hint = may(PERMISSIONS.identity) ? "annotation.studies.hint" : "annotation.studies.hint.pseudonymous";
  return (
    <>
      <div className="studies-search">
        <label className="field">
          <span>{say("annotation.search")}</span>
          <input
            className="input"
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              void add();
            }}
          />
        </label>
        <button type="button" className="button" onClick={() => void add()}>
          {say("annotation.search.add")}
        </button>
      </div>
      <label className="field">
        <span>{say("annotation.studies")}</span>
        <textarea
          className="input"
          rows={4}
          required
          value={text}
          onChange={(event) => set(event.target.value)}
        />
        <span className="hint">{say(hint)}</span>
      </label>
    </>
  );
}
