import type { ReactNode } from "react";
import { useWords } from "../words";
import { Whisker } from "./charts";
import type { Figure } from "./types";

/** A figure with its interval and n, or that the patients are too few for one. */
export function FigureCell({ figure, needed }: { figure: Figure; needed: number }): ReactNode {
  const { say, count, language } = useWords();
  const { value, low, high, patients, rows, too_few: few } = figure;
  if (value === null || low === null || high === null) {
    return (
      <span className="hint">
        {few ? say("teaching.tooFew", { n: patients, needed }) : say("teaching.undefined")}
      </span>
    );
  }
  const digits = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  const { format: two } = new Intl.NumberFormat(language, digits);
  return (
    <span className="figure" title={figure.method}>
      <span>
        <strong>{two(value)}</strong> {say("teaching.interval", { low: two(low), high: two(high) })}
      </span>
      <Whisker figure={figure} />
      <span className="hint">
        {count("teaching.answers", rows)}, {count("teaching.patients", patients)}
      </span>
    </span>
  );
}
