import { type ReactNode, useRef } from "react";
import type { Form, FormField } from "../api/types";
import { useWords } from "../words";
import { type Answer, type Answers, isAnswered, keysOf } from "./answers";
import { FieldView } from "./fields/FieldView";

interface Section {
  title: string;
  fields: FormField[];
}

/** A form's fields by its sections, with a way to jump to each. */
export function Sections(props: {
  form: Form;
  answers: Answers;
  faults: Readonly<Record<string, string>>;
  set: (key: string, answer: Answer | undefined) => void;
}): ReactNode {
  const { say, count } = useWords();
  const box = useRef<HTMLDivElement>(null);
  const sections = sectionsOf(props.form);
  const jump = (at: number) => {
    const section = box.current?.querySelectorAll<HTMLElement>(".obs-section")[at];
    section?.scrollIntoView({ block: "start" });
    section?.querySelector<HTMLElement>("input, textarea")?.focus({ preventScroll: true });
  };
  return (
    <div ref={box} className="obs-sections">
      {sections.length > 1 ? (
        <nav className="obs-jumps" aria-label={say("observations.sections")}>
          {sections.map(({ title, fields }, at) => {
            const done = answeredIn(fields, props.answers);
            return (
              <button key={title} type="button" className="button plain" onClick={() => jump(at)}>
                {title}
                {done ? (
                  <span className="obs-done" aria-label={count("observations.answered", done)}>
                    {done}
                  </span>
                ) : null}
              </button>
            );
          })}
        </nav>
      ) : null}
      {sections.map(({ title, fields }) => (
        <fieldset key={title} className="obs-section">
          <legend>{title}</legend>
          {fields.map((field, at) => (
            <FieldView
              key={field.name}
              field={field}
              helped={at > 0 && fields[at - 1]?.help === field.help}
              answers={props.answers}
              faults={props.faults}
              set={props.set}
            />
          ))}
        </fieldset>
      ))}
    </div>
  );
}

function sectionsOf(form: Form): Section[] {
  const sections: Section[] = [];
  for (const field of form.fields) {
    const last = sections.at(-1);
    if (last?.title === field.section) last.fields.push(field);
    else sections.push({ title: field.section, fields: [field] });
  }
  return sections;
}

function answeredIn(fields: readonly FormField[], answers: Answers): number {
  return fields.flatMap(keysOf).filter((key) => isAnswered(answers[key])).length;
}
