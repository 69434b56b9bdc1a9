import type { ReactNode } from "react";
import type { Annotator } from "../api/types";
import { useWords } from "../words";

/** Chooses who draws. */
export function PeopleChoice({
  people,
  chosen,
  choose,
}: {
  people: readonly Annotator[];
  chosen: readonly number[];
  choose: (chosen: number[]) => void;
}): ReactNode {
  const { say } = useWords();
  if (people.length === 0) return <p className="annotation-none">{say("annotation.people.none")}</p>;
  return (
    <fieldset className="people-choice">
      <legend>{say("annotation.people.choose")}</legend>
      {people.map(({ id, full_name, name }) => (
        <label key={id}>
          <input
            type="checkbox"
            checked={chosen.includes(id)}
            onChange={(event) =>
              choose(event.target.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
            }
          />
          {full_name} <span className="hint">{name}</span>
        </label>
      ))}
    </fieldset>
  );
}
