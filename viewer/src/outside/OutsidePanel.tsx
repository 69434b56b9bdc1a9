import type { ReactNode } from "react";
import type { OutsideFinding, OutsideResult, OutsideStructure } from "../api/types";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";
import { keyOf } from "./items";
import { OutsideRow } from "./OutsideRow";
import type { OutsideOf } from "./useOutside";
import "./outside.css";

/** What others found in a study: references, apart from its findings. */
export function OutsidePanel({ outside }: { outside: OutsideOf }): ReactNode {
  const { say, count } = useWords();
  const { data, problem, reload } = outside.loaded;
  return (
    <section className="outside" aria-label={say("outside.title")}>
      <h2>{say("outside.title")}</h2>
      <p className="outside-what">{say("outside.what")}</p>
      {problem !== undefined ? <Failure problem={problem} again={reload} /> : null}
      {data?.held ? <p role="status">{say("outside.held")}</p> : null}
      {data?.results.map((result) => (
        <Result key={result.uid} result={result} outside={outside} />
      ))}
      {data?.left_out ? <p className="hint">{count("outside.leftOut", data.left_out)}</p> : null}
    </section>
  );
}

function Result({ result, outside }: { result: OutsideResult; outside: OutsideOf }): ReactNode {
  const { say } = useWords();
  const { structures, findings, texts, problem } = result;
  const kind = say(`outside.kind.${result.kind}`);
  const name = result.description || result.title || kind;
  const keys = structures.map((_, at) => keyOf(result, "structure", at));
  return (
    <article className="outside-result" aria-label={`${kind}: ${name}`}>
      <h3>
        {name}
        <small>{kind}</small>
      </h3>
      {problem ? <p className="outside-problem">{problem.text}</p> : <Made result={result} />}
      {structures.length ? (
        <>
          <h4>{say("outside.structures")}</h4>
          {structures.length > 1 ? (
            <label className="outside-all">
              <input
                type="checkbox"
                checked={keys.every((key) => outside.shown.has(key))}
                onChange={(event) => outside.show(keys, event.currentTarget.checked)}
              />
              {say("outside.drawAll")}
            </label>
          ) : null}
          <ul>
            {structures.map((one, at) => (
              <Structure
                key={keyOf(result, "structure", at)}
                one={one}
                name={keyOf(result, "structure", at)}
                outside={outside}
              />
            ))}
          </ul>
        </>
      ) : null}
      {findings.length ? (
        <>
          <h4>{say("outside.findings")}</h4>
          <ul>
            {findings.map((one, at) => (
              <Finding
                key={keyOf(result, "finding", at)}
                one={one}
                name={keyOf(result, "finding", at)}
                outside={outside}
              />
            ))}
          </ul>
        </>
      ) : null}
      {texts.length ? (
        <details className="outside-texts">
          <summary>{say("outside.texts")}</summary>
          <dl>
            {texts.map(({ name: title, text }, at) => (
              <div key={`${title} ${String(at)}`}>
                <dt>{title}</dt>
                <dd>{text}</dd>
              </div>
            ))}
          </dl>
        </details>
      ) : null}
      {!problem && !structures.length && !findings.length && !texts.length ? (
        <p className="hint">{say("outside.nothing")}</p>
      ) : null}
    </article>
  );
}

/** Who or what made a result, when, and whether somebody verified it. */
function Made({ result }: { result: OutsideResult }): ReactNode {
  const { say, date } = useWords();
  const maker = [result.manufacturer, result.model, result.version].filter(Boolean).join(" ");
  const facts = [
    maker || say("outside.unknownMaker"),
    result.algorithm ? say("outside.algorithm", { name: result.algorithm }) : "",
    result.person ? say("outside.by", { name: result.person }) : "",
    result.made_on ? say("outside.made", { date: date(result.made_on) }) : "",
    result.verified === null ? "" : say(result.verified ? "outside.verified" : "outside.unverified"),
  ];
  return (
    <ul className="outside-made">
      {facts.filter(Boolean).map((fact) => (
        <li key={fact}>{fact}</li>
      ))}
    </ul>
  );
}

function Structure(props: { one: OutsideStructure; name: string; outside: OutsideOf }): ReactNode {
  const { one, name, outside } = props;
  const { say, count } = useWords();
  const meaning = one.meaning === one.label ? "" : one.meaning;
  const facts = [
    meaning,
    one.how ? say(`outside.how.${one.how}`) : "",
    one.algorithm,
    one.places.length || one.unplaced
      ? count("outside.slices", one.places.length)
      : say("outside.empty"),
  ];
  const label = one.label || one.meaning || say("outside.noLabel");
  return (
    <OutsideRow {...{ name, outside, label }} facts={facts} unplaced={one.unplaced} />
  );
}

function Finding(props: { one: OutsideFinding; name: string; outside: OutsideOf }): ReactNode {
  const { one, name, outside } = props;
  const { say, count } = useWords();
  const label = one.finding || one.tracking || say("outside.noFinding");
  const facts = [
    one.site,
    one.finding ? one.tracking : "",
    one.places.length ? count("outside.places", one.places.length) : "",
  ];
  return (
    <OutsideRow {...{ name, outside, label }} facts={facts} unplaced={one.unplaced}>
      {one.answers.length ? (
        <dl className="outside-answers">
          {one.answers.map(({ name: title, value, unit }, at) => (
            <div key={`${title} ${String(at)}`}>
              <dt>{title}</dt>
              <dd>{[String(value), unit === "1" ? "" : unit].filter(Boolean).join(" ")}</dd>
            </div>
          ))}
        </dl>
      ) : null}
    </OutsideRow>
  );
}
