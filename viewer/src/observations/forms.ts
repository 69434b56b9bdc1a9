import type { Form, ObservationEntry } from "../api/types";
import type { Draft } from "./drafts";
import { answersOf } from "./answers";
import { today } from "./today";

/** The service's name of free text without a form. */
export const NOTE = "note";

/** The forms to choose from: those of the anatomy first, those of any next, free text last. */
export function formsFor(forms: readonly Form[], anatomy: string | null, note: string): Form[] {
  const rank = (form: Form) => (form.anatomy === anatomy ? 0 : form.anatomy === null ? 1 : 2);
  const free: Form = { name: NOTE, version: "", title: note, anatomy: null, notice: "", fields: [] };
  return [...forms.toSorted((a, b) => rank(a) - rank(b)), free];
}

/** A new observation of today, with nothing asked yet. */
export function emptyDraft(forms: readonly Form[], study: number | null): Draft {
  const form = forms[0]?.name ?? NOTE;
  return { form, observedOn: today(), study, answers: {}, text: "" };
}

/** What takes an observation's place, beginning with what it says. */
export function draftOf(entry: ObservationEntry, form: Form): Draft {
  return {
    form: form.name,
    observedOn: entry.observed_on ?? today(),
    study: entry.study,
    answers: { [form.name]: answersOf(form, entry.values) },
    text: entry.text,
  };
}

