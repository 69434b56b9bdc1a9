import type { ReactNode } from "react";
import { useWords } from "../words";
import type { Layout } from "./panes";
import { TOOL_KEYS, type Tool } from "./tools";
import type { Preset, PresetName } from "./windowing";
import { ToolIcon } from "./ToolIcon";

/** What the toolbar shows as chosen, and what its buttons do. */
export interface ToolbarProps {
  tool: Tool;
  /** Whether the pointer does what the tool says, and not what a tool of marking says. */
  inHand?: boolean;
  layout: Layout;
  linked: boolean;
  inverted: boolean;
  flipped: boolean;
  overlays: boolean;
  opacity: number;
  presets: readonly Preset[];
  measured: boolean;
  take: (tool: Tool) => void;
  arrange: (layout: Layout) => void;
  link: (linked: boolean) => void;
  preset: (name: PresetName) => void;
  invert: () => void;
  flip: () => void;
  reset: () => void;
  clear: () => void;
  showOverlays: (shown: boolean) => void;
  setOpacity: (opacity: number) => void;
}

/** Tools, layout, window, and the overlays' strength. */
export function Toolbar(props: ToolbarProps): ReactNode {
  const { say } = useWords();
  return (
    <div className="tools" role="toolbar" aria-label={say("viewer.tools")}>
      <div className="tool-group">
        {TOOL_KEYS.map(([tool, key]) => (
          <button
            key={tool}
            type="button"
            className="tool"
            aria-pressed={props.tool === tool && props.inHand !== false}
            aria-label={say(`tool.${tool}`)}
            title={`${say(`tool.${tool}`)} (${key.toUpperCase()})`}
            onClick={() => props.take(tool)}
          >
            <ToolIcon name={tool} />
          </button>
        ))}
        <button
          type="button"
          className="tool"
          disabled={!props.measured}
          aria-label={say("tool.clear")}
          title={`${say("tool.clear")} (Del)`}
          onClick={props.clear}
        >
          <ToolIcon name="clear" />
        </button>
      </div>
      <Window {...props} />
      <Arrangement {...props} />
      <div className="tool-group">
        <label className="tool-check">
          <input
            type="checkbox"
            checked={props.overlays}
            onChange={(event) => props.showOverlays(event.currentTarget.checked)}
          />
          {say("viewer.overlays")} <kbd>O</kbd>
        </label>
        <input
          className="opacity"
          type="range"
          min={0.1}
          max={1}
          step={0.05}
          value={props.opacity}
          aria-label={say("viewer.opacity")}
          title={say("viewer.opacity")}
          onChange={(event) => props.setOpacity(event.currentTarget.valueAsNumber)}
        />
      </div>
    </div>
  );
}

function Window(props: ToolbarProps): ReactNode {
  const { say } = useWords();
  return (
    <div className="tool-group">
      <select
        className="preset"
        aria-label={say("viewer.presets")}
        value=""
        disabled={props.presets.length === 0}
        onChange={(event) => props.preset(event.currentTarget.value as PresetName)}
      >
        <option value="" disabled>
          {say("viewer.presets")}
        </option>
        {props.presets.map(({ name }, at) => (
          <option key={name} value={name}>
            {at + 5} · {say(`preset.${name}`)}
          </option>
        ))}
      </select>
      <Switch name="invert" letter="I" on={props.inverted} press={props.invert} />
      <Switch name="flip" letter="F" on={props.flipped} press={props.flip} />
      <button
        type="button"
        className="tool"
        aria-label={say("tool.reset")}
        title={`${say("tool.reset")} (R)`}
        onClick={props.reset}
      >
        <ToolIcon name="reset" />
      </button>
    </div>
  );
}

function Arrangement(props: ToolbarProps): ReactNode {
  const { say } = useWords();
  return (
    <div className="tool-group">
      {([1, 2, 4] as const).map((layout) => (
        <button
          key={layout}
          type="button"
          className="tool"
          aria-pressed={props.layout === layout}
          aria-label={say("viewer.layout", { n: layout })}
          title={`${say("viewer.layout", { n: layout })} (${layout})`}
          onClick={() => props.arrange(layout)}
        >
          <ToolIcon name={`layout${layout}`} />
        </button>
      ))}
      <Switch name="link" letter="K" on={props.linked} press={() => props.link(!props.linked)} />
    </div>
  );
}

function Switch({
  name,
  letter,
  on,
  press,
}: {
  name: "invert" | "flip" | "link";
  letter: string;
  on: boolean;
  press: () => void;
}): ReactNode {
  const { say } = useWords();
  return (
    <button
      type="button"
      className="tool"
      aria-pressed={on}
      aria-label={say(`tool.${name}`)}
      title={`${say(`tool.${name}`)} (${letter})`}
      onClick={press}
    >
      <ToolIcon name={name} />
    </button>
  );
}
