import { useState } from "react";
import type { Measurement } from "./measuring";
import type { PanesAct, PanesState } from "./panes";
import type { ToolbarProps } from "./Toolbar";
import type { Tool } from "./tools";
import type { Held } from "./useHeld";
import type { Preset, PresetName } from "./windowing";

/** What the tools are set to, what they do to the active pane, and what was measured. */
export interface Tools {
  bar: ToolbarProps;
  measurements: readonly Measurement[];
  measured: (measurement: Measurement) => void;
}

/** The state of the toolbar, for the panes and the keys as well. */
export function useTools(
  state: PanesState,
  act: (act: PanesAct) => void,
  active: Held | null,
  presets: readonly Preset[],
): Tools {
  const [tool, take] = useState<Tool>("window");
  const [overlays, showOverlays] = useState(true);
  const [opacity, setOpacity] = useState(0.9);
  const [measurements, setMeasurements] = useState<readonly Measurement[]>([]);
  const bar: ToolbarProps = {
    ...{ tool, overlays, opacity, presets, take, showOverlays, setOpacity },
    layout: state.layout,
    linked: state.linked,
    inverted: active?.view.inverted ?? false,
    flipped: active?.view.flipped ?? false,
    measured: measurements.length > 0,
    arrange: (layout) => act({ do: "layout", layout }),
    link: (linked) => act({ do: "link", linked }),
    preset: (name) => applyPreset(active, presets, name),
    invert: () => active?.stage.setInverted(!active.view.inverted),
    flip: () => active?.stage.setFlipped(!active.view.flipped),
    reset: () => reset(active, presets),
    clear: () => setMeasurements([]),
  };
  const measured = (one: Measurement) => setMeasurements((before) => [...before, one]);
  return { bar, measurements, measured };
}

function applyPreset(active: Held | null, presets: readonly Preset[], name: PresetName): void {
  const preset = presets.find((one) => one.name === name);
  if (preset) active?.stage.setVoi(preset.voi);
}

function reset(active: Held | null, presets: readonly Preset[]): void {
  active?.stage.setFlipped(false);
  active?.stage.setInverted(false);
  if (presets[0]) active?.stage.setVoi(presets[0].voi);
  active?.stage.fit();
}
