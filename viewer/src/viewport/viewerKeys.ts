import type { Frame } from "./frames";
import type { Keys } from "./keys";
import type { Layout, PanesState } from "./panes";
import { TOOL_KEYS, type Tool } from "./tools";
import type { Preset, PresetName } from "./windowing";

/** What the viewer's keys need. */
export interface KeyActs {
  state: PanesState;
  presets: readonly Preset[];
  overlays: boolean;
  activeFrames: readonly Frame[] | null;
  take: (tool: Tool) => void;
  arrange: (layout: Layout) => void;
  link: (linked: boolean) => void;
  preset: (name: PresetName) => void;
  invert: () => void;
  flip: () => void;
  reset: () => void;
  clear: () => void;
  showOverlays: (shown: boolean) => void;
  scroll: (pane: number, by: number) => void;
  /** Goes to the next finding or the one before. */
  step: (by: 1 | -1) => void;
}

const PAGE = 10;

/** The viewer's keys: slices, tools, layout, presets from 5 on, findings. */
export function viewerKeys(acts: KeyActs): Keys {
  const { state } = acts;
  const count = acts.activeFrames?.length ?? 0;
  const by = (slices: number) => () => acts.scroll(state.active, slices);
  const layouts = ([1, 2, 4] as const).map((n) => [String(n), () => acts.arrange(n)] as const);
  const presets = acts.presets.map((p, at) => [String(at + 5), () => acts.preset(p.name)] as const);
  const tools = TOOL_KEYS.map(([tool, key]) => [key, () => acts.take(tool)] as const);
  return {
    arrowdown: by(1),
    arrowright: by(1),
    arrowup: by(-1),
    arrowleft: by(-1),
    pagedown: by(PAGE),
    pageup: by(-PAGE),
    home: by(-count),
    end: by(count),
    i: acts.invert,
    f: acts.flip,
    r: acts.reset,
    k: () => acts.link(!state.linked),
    o: () => acts.showOverlays(!acts.overlays),
    delete: acts.clear,
    n: () => acts.step(1),
    b: () => acts.step(-1),
    ...Object.fromEntries([...layouts, ...presets, ...tools]),
  };
}
