import { type ReactNode, useId, useState } from "react";
import type { BundleChange, BundleEntry } from "../api/types";
import { useWords, type Word } from "../words";

/** One bundle: what it is for, and what an administrator decides of it. */
export function BundleCard(props: {
  bundle: BundleEntry;
  change: (body: Partial<BundleChange>) => Promise<void>;
}): ReactNode {
  const { say, name, moment } = useWords();
  const { bundle } = props;
  const [busy, setBusy] = useState(false);
  const heading = useId();
  const change = (body: Partial<BundleChange>) => {
    setBusy(true);
    void props.change(body).finally(() => setBusy(false));
  };
  return (
    <article className={bundle.enabled ? "card bundle" : "card bundle off"} aria-labelledby={heading}>
      <header>
        <h2 id={heading}>{bundle.name}</h2>
        <span className="hint">{bundle.version}</span>
        <span className="tag plain">
          {say(bundle.shipped ? "bundles.shipped" : "bundles.installed")}
        </span>
        {bundle.simulated_training ? <span className="tag">{say("bundles.simulated")}</span> : null}
        {bundle.changed_at ? (
          <span className="hint bundle-changed">
            {say("bundles.changed", { when: moment(bundle.changed_at) })}
          </span>
        ) : null}
      </header>
      <p>{bundle.summary}</p>
      <div className="bundle-body">
        <dl className="bundle-about">
          <About word="bundles.anatomy" text={name("anatomy", bundle.anatomy)} />
          <About word="bundles.use" text={bundle.intended_use} />
          <About
            word="bundles.exclusions"
            text={bundle.exclusions.map((code) => name("exclusion", code)).join(", ")}
          />
          <About word="bundles.attribution" text={bundle.attribution} />
          <About word="bundles.hash" text={bundle.sha256} code />
        </dl>
        <fieldset className="bundle-use" disabled={busy}>
          <legend className="unseen">{bundle.name}</legend>
          <Switch word="bundles.enabled" on={bundle.enabled} turn={(enabled) => change({ enabled })} />
          <Switch word="bundles.silent" on={bundle.silent} turn={(silent) => change({ silent })} />
          {bundle.silent ? (
            <Switch
              word="bundles.shownToAll"
              on={bundle.shown_to_all}
              turn={(shown_to_all) => change({ shown_to_all })}
            />
          ) : null}
          <label className="field">
            <span>{say("bundles.pinned")}</span>
            <select
              className="input"
              value={bundle.pinned ?? ""}
              onChange={(event) => change({ pinned: event.target.value })}
            >
              <option value="">
                {say("bundles.pinned.latest", { version: bundle.versions[0] ?? bundle.version })}
              </option>
              {bundle.versions.map((version) => (
                <option key={version} value={version}>
                  {say("bundles.pinned.to", { version })}
                </option>
              ))}
            </select>
          </label>
        </fieldset>
      </div>
    </article>
  );
}

function About(props: { word: Word; text: string; code?: boolean }): ReactNode {
  const { say } = useWords();
  if (!props.text) return null;
  return (
    <div>
      <dt>{say(props.word)}</dt>
      <dd>{props.code ? <code title={props.text}>{props.text.slice(0, 16)}…</code> : props.text}</dd>
    </div>
  );
}

function Switch(props: {
  word: "bundles.enabled" | "bundles.silent" | "bundles.shownToAll";
  on: boolean;
  turn: (on: boolean) => void;
}): ReactNode {
  const { say } = useWords();
  const why = useId();
  return (
    <div className="switch">
      <label>
        <input
          type="checkbox"
          role="switch"
          aria-checked={props.on}
          aria-describedby={why}
          checked={props.on}
          onChange={(event) => props.turn(event.target.checked)}
        />
        <span>{say(props.word)}</span>
      </label>
      <p id={why} className="hint">
        {say(`${props.word}.why`)}
      </p>
    </div>
  );
}
