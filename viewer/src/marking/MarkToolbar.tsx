import { type ReactNode, useEffect, useRef } from "react";
import { useWords } from "../words";
import { describeMark } from "./describe";
import { MarkIcon, type MarkIconName } from "./MarkIcon";
import { MARK_KEYS } from "./markKeys";
import type { Marking } from "./marking";
import { sameFrame } from "./marks";
import { RADIUS } from "./radius";
import "./marking.css";

/** Tools, labels, brush size and acts of marking, as a strip for wherever the page wants it. */
export function MarkToolbar({ marking }: { marking: Marking }): ReactNode {
  return marking.on ? <Bar marking={marking} /> : null;
}

function Bar({ marking }: { marking: Marking }): ReactNode {
  const { say } = useWords();
  const bar = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // It may open at the lower end of a panel that scrolls. Browsers give a promise for it, which
    // is nothing to clean up by.
    void bar.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div ref={bar} className="marking-bar">
      <div className="marking-tools" role="toolbar" aria-label={say("marking.title")}>
        <Tools marking={marking} />
        <Acts marking={marking} />
      </div>
      {marking.labels.length > 1 ? <Labels marking={marking} /> : null}
      <Size marking={marking} />
      <Telling marking={marking} />
      <Ends marking={marking} />
    </div>
  );
}

function Tools({ marking }: { marking: Marking }): ReactNode {
  const { say } = useWords();
  return (
    <div className="tool-group">
      {marking.tools.map((tool) => (
        <Button
          key={tool}
          icon={tool}
          name={say(`marking.tool.${tool}`)}
          letter={MARK_KEYS[tool].toUpperCase()}
          pressed={marking.tool === tool}
          press={() => marking.setTool(tool)}
        />
      ))}
      <Button
        icon="look"
        name={say("marking.look")}
        pressed={marking.tool === null}
        press={() => marking.setTool(null)}
      />
    </div>
  );
}

function Acts({ marking }: { marking: Marking }): ReactNode {
  const { say } = useWords();
  const { page, tools } = marking;
  const here = page ? marking.marksOf(page).some(({ label }) => label === marking.label) : false;
  const areas = tools.some((tool) => tool !== "box");
  return (
    <div className="tool-group">
      <Button
        icon="undo"
        name={say("marking.undo")}
        letter="Ctrl+Z"
        press={marking.undo}
        disabled={!marking.canUndo}
      />
      <Button
        icon="redo"
        name={say("marking.redo")}
        letter="Ctrl+Shift+Z"
        press={marking.redo}
        disabled={!marking.canRedo}
      />
      {tools.includes("box") ? (
        <Button
          icon="addBox"
          name={say("marking.addBox")}
          press={() => {
            marking.setTool("box");
            marking.addBox();
          }}
          disabled={!page}
        />
      ) : null}
      {areas && !marking.only
        ? (["before", "after"] as const).map((side) => (
            <Button
              key={side}
              icon={side}
              name={say(`marking.copy.${side}`)}
              press={() => marking.copyFrom(side)}
              disabled={!marking.canCopy(side)}
            />
          ))
        : null}
      <Button
        icon="remove"
        name={say("marking.remove")}
        letter={say("marking.key.delete")}
        press={marking.remove}
        disabled={!marking.selected}
      />
      <Button
        icon="clear"
        name={say("marking.clear")}
        press={marking.clear}
        disabled={!here}
      />
    </div>
  );
}

function Labels({ marking }: { marking: Marking }): ReactNode {
  const { say } = useWords();
  return (
    <div className="marking-labels" role="group" aria-label={say("marking.labels")}>
      {marking.labels.map(({ key, text, colour }) => (
        <button
          key={key}
          type="button"
          className="marking-label"
          aria-pressed={key === marking.label}
          onClick={() => marking.setLabel(key)}
        >
          <span className="marking-swatch" style={{ background: colour }} />
          {text}
        </button>
      ))}
    </div>
  );
}

function Size({ marking }: { marking: Marking }): ReactNode {
  const { say, number } = useWords();
  if (marking.tool !== "brush" && marking.tool !== "erase") return null;
  return (
    <label className="marking-size">
      {say("marking.radius")}
      <input
        type="range"
        // Small sizes matter most: the slider goes by the root.
        min={Math.sqrt(RADIUS.least)}
        max={Math.sqrt(RADIUS.most)}
        step={0.01}
        value={Math.sqrt(marking.radius)}
        aria-valuetext={say("marking.pixels", { n: number(marking.radius) })}
        onChange={(event) => {
          const wanted = event.currentTarget.valueAsNumber ** 2;
          marking.setRadius(wanted < 8 ? Math.round(wanted * 2) / 2 : Math.round(wanted));
        }}
      />
      <span aria-hidden="true">{say("marking.pixels", { n: number(marking.radius) })}</span>
    </label>
  );
}

/** How the tool in hand is used without a pointer. */
function keysOf(tool: "brush" | "erase" | "outline"): "marking.keys.paint" | "marking.keys.outline" {
  return tool === "outline" ? "marking.keys.outline" : "marking.keys.paint";
}

/** How the tool in hand is used, and what is selected. */
function Telling({ marking }: { marking: Marking }): ReactNode {
  const { say, number } = useWords();
  const { only, page, tool, cursor } = marking;
  const elsewhere = only && page && !sameFrame(only, page);
  const mark = marking.marks.find(({ id }) => id === marking.selected);
  return (
    <>
      <p className="marking-hint">
        {elsewhere ? say("marking.elsewhere") : say(`marking.hint.${tool ?? "look"}`)}
        {elsewhere || tool === null || tool === "box" ? null : ` ${say(keysOf(tool))}`}
      </p>
      <p className="marking-selected" role="status">
        {mark ? describeMark(mark, say, number) : ""}
        {cursor ? (
          <span>
            {" "}
            {say("marking.cursor", { row: number(cursor[0]), column: number(cursor[1]) })}
          </span>
        ) : null}
      </p>
    </>
  );
}

function Ends({ marking }: { marking: Marking }): ReactNode {
  const { say } = useWords();
  const { ends } = marking;
  if (!ends.finish && !ends.cancel) return null;
  return (
    <div className="marking-ends">
      {ends.finish ? (
        <button type="button" className="button primary" onClick={marking.finish}>
          {say("marking.finish")}
        </button>
      ) : null}
      {ends.cancel ? (
        <button type="button" className="button" onClick={marking.cancel}>
          {say("marking.cancel")}
        </button>
      ) : null}
    </div>
  );
}

interface ButtonProps {
  icon: MarkIconName;
  name: string;
  letter?: string;
  pressed?: boolean;
  disabled?: boolean;
  press: () => void;
}

function Button({ icon, name, letter, pressed, disabled = false, press }: ButtonProps): ReactNode {
  return (
    <button
      type="button"
      className="tool"
      aria-label={name}
      aria-pressed={pressed}
      title={letter ? `${name} (${letter})` : name}
      disabled={disabled}
      onClick={press}
    >
      <MarkIcon name={icon} />
    </button>
  );
}
