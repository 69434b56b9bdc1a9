import { type FormEvent, type ReactNode, useState } from "react";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { AnnotationListEntry } from "../api/types";
import { Failure } from "../shell/Failure";
import { give } from "../shell/give";
import { useWords } from "../words";

const BOXES = ["voc", "coco", "yolo"] as const;
const AREAS = ["png", "nifti"] as const;
type Layout = (typeof BOXES | typeof AREAS)[number];

/** The layouts that have a place for what a list draws. */
export function layoutsOf({ labels }: AnnotationListEntry): Layout[] {
  const boxes = labels.some(({ kind }) => kind === "box");
  const others = labels.some(({ kind }) => kind !== "box");
  return [...(boxes ? BOXES : []), ...(others ? AREAS : [])];
}

/** Fetches what was drawn as a data set. */
export function ExportForm({ list }: { list: AnnotationListEntry }): ReactNode {
  const { say } = useWords();
  const { client } = useApi();
  const layouts = layoutsOf(list);
  const [layout, setLayout] = useState<Layout>(layouts[0] ?? "png");
  const [source, setSource] = useState("adjudicated");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<unknown>();

  async function fetchZip(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(undefined);
    const [kind, annotator] = source.split(" ") as ["adjudicated" | "consensus" | "annotator", string?];
    const query = { layout, source: kind, ...(annotator ? { annotator: Number(annotator) } : {}) };
    try {
      const params = { path: { list_id: list.id }, query };
      const path = "/api/v1/annotation/lists/{list_id}/export";
      const zip = (await answer(client.GET(path, { params, parseAs: "blob" }))) as Blob;
      give(zip, `annotation-${list.id}-${layout}-${kind}.zip`);
    } catch (failure) {
      setProblem(failure);
    } finally {
      setBusy(false);
    }
  }

  return (
    <section>
      <h2>{say("annotation.export")}</h2>
      <p className="hint">{say("annotation.export.why")}</p>
      <form className="export-form" onSubmit={(event) => void fetchZip(event)}>
        <label className="field">
          <span>{say("annotation.layout")}</span>
          <select
            className="input"
            value={layout}
            onChange={(event) => setLayout(layouts.find((one) => one === event.target.value) ?? layout)}
          >
            {layouts.map((one) => (
              <option key={one} value={one}>
                {say(`annotation.layout.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{say("annotation.source")}</span>
          <select
            className="input"
            value={source}
            onChange={(event) => setSource(event.target.value)}
          >
            <option value="adjudicated">{say("annotation.source.adjudicated")}</option>
            <option value="consensus">{say("annotation.source.consensus")}</option>
            {list.annotators.map(({ id, full_name }) => (
              <option key={id} value={`annotator ${id}`}>
                {say("annotation.source.annotator", { name: full_name })}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button" disabled={busy}>
          {say(busy ? "annotation.export.making" : "annotation.export.get")}
        </button>
      </form>
      {problem === undefined ? null : <Failure problem={problem} />}
    </section>
  );
}
