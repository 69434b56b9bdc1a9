import { type ReactNode, useState } from "react";
import type { Corrections, CorrectionEntry, LevelTerm, StudyDetail } from "../api/types";
import { standingWords } from "../findings/standing";
import { Dialog } from "../shell/Dialog";
import { useWords } from "../words";
import { type Chain, chainFrom, differences, isWhole, namesOf, shifted } from "./chain";
import type { Correct } from "./useCorrect";
import type { Statement } from "./words";

/** Renames the discs of a run as one chain, in one act. */
export function RenumberDialog({
  correct,
  corrections,
}: {
  correct: Correct;
  corrections: Corrections;
}): ReactNode {
  const { say } = useWords();
  const runs = Object.keys(corrections.levels);
  const [run, setRun] = useState(runs[0] ?? "");
  const bundleOf = (id: string) => correct.detail.analyses.find((one) => one.id === id)?.bundle ?? id;
  return (
    <Dialog title={say("corrections.renumber.title")} close={() => correct.setRenumbering(false)}>
      <p className="hint">{say("corrections.renumber.what")}</p>
      {runs.length > 1 ? (
        <label className="field">
          <span>{say("corrections.renumber.run")}</span>
          <select
            className="input"
            value={run}
            onChange={(event) => setRun(event.currentTarget.value)}
          >
            {runs.map((id) => (
              <option key={id} value={id}>
                {bundleOf(id)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <ChainForm key={run} {...{ run, correct, corrections }} />
    </Dialog>
  );
}

function ChainForm({
  run,
  correct,
  corrections,
}: {
  run: string;
  correct: Correct;
  corrections: Corrections;
}): ReactNode {
  const { say, count } = useWords();
  const { terms, correcting, detail } = correct;
  const now = chainOf(corrections.levels[run] ?? {});
  const model = modelChain(detail, run, [...now.keys()]);
  const [chosen, setChain] = useState<Chain | null>(null);
  const [along, setAlong] = useState(true);
  const chain = chosen ?? now;
  const changes = differences(chain, now);
  const whole = isWhole(chain);
  const moved = movedAdditions(corrections, now, chain);
  const own = moved.filter(({ add }) => add.mine);
  const others = moved.length - own.length;
  const indices = [...now.keys()];
  const name = (index: number, to: string) => {
    if (to) setChain(chainFrom(terms.levels, indices, { index, name: to }));
  };
  const apply = async () => {
    const level: Statement = { kind: "level", analysis: run, levels: namesOf(chain) };
    const moves = along ? own.map(moveOf) : [];
    const told = count("corrections.renumber.done", changes);
    if (await correcting.say([level, ...moves], told)) correct.setRenumbering(false);
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void apply();
      }}
    >
      <Beginning {...{ chain, levels: terms.levels, setChain }} name={name} />
      <ChainTable {...{ chain, now, model, levels: terms.levels, name }} />
      <p role="status" className={whole ? "chain-said" : "chain-said chain-unfit"}>
        {whole
          ? changes
            ? count("corrections.renumber.changes", changes)
            : say("corrections.renumber.none")
          : say(chosen ? "corrections.renumber.end" : "corrections.renumber.none")}
      </p>
      {own.length ? (
        <label className="chain-along">
          <input
            type="checkbox"
            checked={along}
            onChange={(event) => setAlong(event.currentTarget.checked)}
          />
          {count("corrections.renumber.added", own.length)}
        </label>
      ) : null}
      {others ? <p className="finding-reason">{count("corrections.renumber.others", others)}</p> : null}
      <div className="dialog-acts">
        {isWhole(model) && differences(chain, model) ? (
          <button type="button" className="button" onClick={() => setChain(model)}>
            {say("corrections.renumber.asModel")}
          </button>
        ) : null}
        <button
          type="submit"
          className="button primary"
          disabled={!whole || changes === 0 || correcting.busy}
        >
          {say("corrections.renumber.act")}
        </button>
      </div>
    </form>
  );
}

function Beginning({
  chain,
  levels,
  setChain,
  name,
}: {
  chain: Chain;
  levels: readonly LevelTerm[];
  setChain: (chain: Chain) => void;
  name: (index: number, to: string) => void;
}): ReactNode {
  const { say } = useWords();
  const [lowest] = chain;
  const up = shifted(levels, chain, 1);
  const down = shifted(levels, chain, -1);
  if (!lowest) return null;
  return (
    <div className="chain-beginning">
      <label className="field">
        <span>{say("corrections.renumber.lowest")}</span>
        <LevelSelect value={lowest[1]} levels={levels} choose={(to) => name(lowest[0], to)} />
      </label>
      <button
        type="button"
        className="button"
        disabled={!up}
        onClick={() => up && setChain(up)}
      >
        ↑ {say("corrections.renumber.up")}
      </button>
      <button
        type="button"
        className="button"
        disabled={!down}
        onClick={() => down && setChain(down)}
      >
        ↓ {say("corrections.renumber.down")}
      </button>
    </div>
  );
}

/** The chain as it lies in the body: the lowest disc at the bottom. */
function ChainTable({
  chain,
  now,
  model,
  levels,
  name,
}: {
  chain: Chain;
  now: Chain;
  model: Chain;
  levels: readonly LevelTerm[];
  name: (index: number, to: string) => void;
}): ReactNode {
  const { say } = useWords();
  const columns = ["disc", "model", "now", "next"] as const;
  const unnamed = <span className="chain-unnamed">{say("corrections.renumber.unnamed")}</span>;
  return (
    <div className="chain-scroll">
      <table className="chain">
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {say(`corrections.renumber.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...chain].toReversed().map(([index, next]) => {
            const before = now.get(index) || null;
            return (
              <tr key={index} className={before === next ? undefined : "chain-changed"}>
                <th scope="row">{index}</th>
                <td>{model.get(index) || unnamed}</td>
                <td>{before ?? unnamed}</td>
                <td>
                  <LevelSelect
                    value={next}
                    levels={levels}
                    choose={(to) => name(index, to)}
                    label={say("corrections.renumber.name", { n: index })}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function LevelSelect({
  value,
  levels,
  choose,
  label,
}: {
  value: string | null;
  levels: readonly LevelTerm[];
  choose: (name: string) => void;
  label?: string;
}): ReactNode {
  const { say } = useWords();
  return (
    <select
      className="input"
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => choose(event.currentTarget.value)}
    >
      {value ? null : <option value="">{say("corrections.renumber.unnamed")}</option>}
      {levels.toReversed().map((level) => (
        <option key={level.name} value={level.name}>
          {level.name}
        </option>
      ))}
    </select>
  );
}

function chainOf(names: Readonly<Record<string, string>>): Chain {
  const discs = Object.entries(names).map(([index, name]) => [Number(index), name || null] as const);
  return new Map(discs.toSorted(([a], [b]) => a - b));
}

function modelChain({ findings }: StudyDetail, run: string, indices: readonly number[]): Chain {
  const levelOf = (index: number) =>
    findings.find(
      (one) => one.analysis === run && one.index_from_caudal === index && one.level !== null,
    )?.level ?? null;
  return new Map(indices.map((index) => [index, levelOf(index)]));
}

interface Moved {
  add: CorrectionEntry;
  to: string;
  corrections: Corrections;
}

/** Findings that readers added at a disc which gets another name. */
function movedAdditions(corrections: Corrections, now: Chain, next: Chain): Moved[] {
  const to = new Map([...now].map(([index, name]) => [name, next.get(index) ?? null]));
  return standingWords(corrections).flatMap((add) => {
    const level = add.finding_added?.level;
    const other = level ? to.get(level) : null;
    return add.kind === "add" && other && other !== level ? [{ add, to: other, corrections }] : [];
  });
}

/** The addition said anew at its disc's new name, as it stands. */
function moveOf({ add, to, corrections }: Moved): Statement {
  const stands = corrections.findings.find(({ added }) => added === add.id);
  const finding = add.finding_added as NonNullable<CorrectionEntry["finding_added"]>;
  const value = stands?.value ?? finding.value;
  const drawn = stands?.drawn.at(-1) ?? finding.drawn ?? null;
  return {
    kind: "add",
    supersedes: add.id,
    note: add.note,
    finding_added: { ...finding, level: to, value, drawn },
  };
}
