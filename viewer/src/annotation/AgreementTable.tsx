import type { ReactNode } from "react";
import type { AnnotationLabel, Figure } from "../api/types";
import { useWords } from "../words";

const UNITS = ["box", "box-pair", "reading-pair", "case"] as const;

function isUnit(unit: string): unit is (typeof UNITS)[number] {
  return UNITS.some((one) => one === unit);
}

/** How well annotators agree, a row a figure. */
export function AgreementTable({
  figures,
  labels,
  brief = false,
  needed = 0,
}: {
  figures: readonly Figure[];
  labels: readonly AnnotationLabel[];
  /** Without intervals, which a single case has none of. */
  brief?: boolean;
  /** Patients that an interval wants. */
  needed?: number;
}): ReactNode {
  const { say, count, number } = useWords();
  const name = (key: string) => labels.find((label) => label.key === key)?.name ?? key;
  const said = (value: number) => number(Math.round(value * 100) / 100);
  return (
    <table className="annotation-table">
      <thead>
        <tr>
          <th scope="col">{say("annotation.labels")}</th>
          <th scope="col">{say("annotation.measure")}</th>
          <th scope="col">{say("annotation.value")}</th>
          {brief ? null : (
            <>
              <th scope="col">{say("annotation.interval")}</th>
              <th scope="col">{say("annotation.n")}</th>
            </>
          )}
        </tr>
      </thead>
      <tbody>
        {figures.map((one) => (
          <tr key={`${one.label} ${one.measure}`}>
            <th scope="row">{name(one.label)}</th>
            <td>{say(`annotation.measure.${one.measure}`)}</td>
            <td>{one.value === null ? say("annotation.notDefined") : said(one.value)}</td>
            {brief ? null : (
              <>
                <td>
                  {one.too_few
                    ? say("annotation.tooFew", { needed })
                    : one.low === null || one.high === null
                      ? "–"
                      : `${said(one.low)} – ${said(one.high)}`}
                </td>
                <td>{isUnit(one.unit) ? count(`annotation.unit.${one.unit}`, one.n) : "–"}</td>
              </>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
