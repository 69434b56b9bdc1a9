import type { Form, FormField, ObservationEntry } from "../api/types";

/** A field for tests: pain on a scale of 0 to 10. */
export function field(other: Partial<FormField> = {}): FormField {
  return {
    name: "leg-pain",
    label: "Leg pain",
    help: "",
    kind: "whole",
    unit: "{score}",
    low: 0,
    high: 10,
    choices: [],
    section: "Symptoms",
    sided: false,
    red_flag: false,
    ...other,
  };
}

const NONE = { unit: null, low: null, high: null };

/** A form with a field of each kind. */
export const BACK: Form = {
  name: "back",
  version: "1",
  title: "Back",
  anatomy: "lumbar-spine",
  notice: "Totals only: the items are licensed.",
  fields: [
    field({ help: "0 no pain, 10 the worst." }),
    field({ name: "walking", label: "Walking distance", kind: "number", unit: "m", high: 10_000 }),
    field({
      ...NONE,
      name: "onset",
      label: "Onset",
      kind: "choice",
      choices: [
        { code: "sudden", label: "sudden" },
        { code: "gradual", label: "gradual" },
      ],
    }),
    field({
      ...NONE,
      name: "saddle",
      label: "Saddle anaesthesia",
      kind: "yes-no",
      section: "Red flags",
      red_flag: true,
    }),
    field({ name: "power", label: "L4", unit: "{MRC}", high: 5, section: "Power", sided: true }),
    field({
      name: "raise",
      label: "Straight-leg raise",
      kind: "number",
      unit: "deg",
      high: 90,
      section: "Power",
      sided: true,
    }),
    field({
      ...NONE,
      name: "tender",
      label: "Tenderness",
      kind: "several",
      section: "Power",
      choices: [
        { code: "midline", label: "midline" },
        { code: "sacroiliac", label: "sacroiliac" },
      ],
    }),
    field({ ...NONE, name: "remark", label: "Remark", kind: "text", section: "Else" }),
    field({ ...NONE, name: "since", label: "Since", kind: "date", section: "Else" }),
    field({
      name: "odi-total",
      label: "Oswestry Disability Index, total",
      kind: "number",
      unit: "%",
      high: 100,
      section: "Questionnaire",
      help: "0 no disability, 100 the most.",
    }),
  ],
};

export const KNEE: Form = {
  name: "knee",
  version: "1",
  title: "Knee",
  anatomy: "knee",
  notice: "",
  fields: [
    field({ name: "knee-pain", label: "Knee pain", sided: true }),
    field({ name: "ikdc-total", label: "IKDC total", kind: "number", high: 100 }),
  ],
};

/** An observation for tests: leg pain of 7. */
export function entry(id: number, other: Partial<ObservationEntry> = {}): ObservationEntry {
  return {
    id,
    form: "back",
    form_version: "1",
    form_title: "Back",
    study: 7,
    observed_on: "2026-03-12",
    values: { "leg-pain": 7 },
    shown: [["Leg pain", "7 / 10"]],
    red_flags: [],
    text: "",
    supersedes: null,
    superseded: false,
    withdrawn: false,
    by: "Clara Mora",
    at: "2026-03-12T10:00:00Z",
    ...other,
  };
}
