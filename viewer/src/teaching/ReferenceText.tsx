import type { ReactNode } from "react";
import { useWords } from "../words";
import type { Reference } from "./types";

/** What a case is judged by, who said it and when, and whether they had a model before them. */
export function ReferenceText({
  reference,
  renewed,
}: {
  reference: Reference | null;
  renewed: boolean;
}): ReactNode {
  const { say, moment, language } = useWords();
  if (!reference) return <p className="result-none">{say("teaching.noReference.result")}</p>;
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const seen =
    reference.model_seen === null ? "unknown" : reference.model_seen ? "seen" : "unseen";
  return (
    <div className="result-reference">
      <p>
        <strong>{say(`teaching.reference.${reference.kind}`)}</strong>,{" "}
        {say("teaching.reference.by", {
          names: list.format(reference.readers),
          when: moment(reference.said_at),
        })}
      </p>
      <p className="hint">{say(`teaching.reference.${seen}`)}</p>
      {renewed ? <p className="tag">{say("teaching.reference.renewed")}</p> : null}
    </div>
  );
}
