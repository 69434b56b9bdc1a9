import { type ReactNode, useState } from "react";
import type { AnnotationListEntry } from "../api/types";
import { duration } from "../dashboard/figures";
import { Failure } from "../shell/Failure";
import { useWords } from "../words";
import { askPeople } from "./ask";
import { Progress } from "./ListsPage";
import { PeopleChoice } from "./PeopleChoice";
import { useAsked } from "./useAsked";

/** Who draws on a list and how far they are; others may be asked. */
export function People({
  list,
  save,
}: {
  list: AnnotationListEntry;
  save: (annotators: number[]) => Promise<void>;
}): ReactNode {
  const words = useWords();
  const { say, number } = words;
  const people = useAsked(askPeople);
  const now = list.annotators.filter(({ active }) => active).map(({ id }) => id);
  const [chosen, setChosen] = useState<readonly number[]>(now);
  const same = chosen.toSorted().join() === now.toSorted().join();
  return (
    <section>
      <h2>{say("annotation.people")}</h2>
      <table className="annotation-table">
        <tbody>
          {list.annotators.map((one) => {
            const done = one.done + one.unjudged;
            const title = say("annotation.doneOf", { done, all: list.cases });
            return (
              <tr key={one.id}>
                <th scope="row">{one.full_name}</th>
                <td>
                  <Progress {...{ done, title }} all={list.cases} />
                </td>
                <td>
                  {one.unjudged
                    ? `${say("annotation.work.unjudged")}: ${number(one.unjudged)}`
                    : null}
                </td>
                <td>{duration(words, one.spent_s)}</td>
                <td>{one.active ? null : say("annotation.former")}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {people.problem ? <Failure problem={people.problem} again={people.reload} /> : null}
      {people.data ? (
        <PeopleChoice people={people.data} chosen={chosen} choose={setChosen} />
      ) : null}
      <button
        type="button"
        className="button"
        disabled={same || chosen.length === 0}
        onClick={() => void save([...chosen])}
      >
        {say("annotation.people.save")}
      </button>
    </section>
  );
}
