import { type ReactNode, useMemo, useState } from "react";
import { Link, useParams } from "react-router";
import { useApi } from "../api/context";
import { answer } from "../api/http";
import type { AnnotationListDetail } from "../api/types";
import { useSession } from "../session/session";
import { Failure } from "../shell/Failure";
import { useToasts } from "../shell/toasts";
import { Waiting } from "../shell/Waiting";
import { useWords } from "../words";
import { AddCases } from "./AddCases";
import { AgreementTable } from "./AgreementTable";
import { askAgreement, askList } from "./ask";
import { CaseTable } from "./CaseTable";
import { ExportForm } from "./ExportForm";
import { People } from "./People";
import { useAsked } from "./useAsked";

/** A list for who leads it: who is how far, how they agree, and what comes of it. */
export function ListPage(): ReactNode {
  const { id } = useParams();
  const loaded = useAsked(useMemo(() => askList(Number(id)), [id]));
  const [changed, setChanged] = useState<AnnotationListDetail>();
  const detail = changed?.of_list.id === Number(id) ? changed : loaded.data;
  if (loaded.problem && !detail) {
    return (
      <div className="page">
        <Failure problem={loaded.problem} again={loaded.reload} />
      </div>
    );
  }
  if (detail?.of_list.id !== Number(id)) return <Waiting />;
  return <Shown detail={detail} changed={setChanged} />;
}

function Shown({
  detail,
  changed,
}: {
  detail: AnnotationListDetail;
  changed: (detail: AnnotationListDetail) => void;
}): ReactNode {
  const { say } = useWords();
  const { may } = useSession();
  const { client } = useApi();
  const toasts = useToasts();
  const list = detail.of_list;

  async function change(body: { annotators?: number[]; closed?: boolean }) {
    try {
      const params = { path: { list_id: list.id } };
      changed(await answer(client.PATCH("/api/v1/annotation/lists/{list_id}", { params, body })));
      toasts.tell(say("annotation.changed"));
    } catch (problem) {
      toasts.fail(problem);
    }
  }

  return (
    <div className="page annotation">
      <header className="annotation-head">
        <h1>{list.name}</h1>
        <Link to="/annotation" className="button plain">
          {say("annotation.back")}
        </Link>
        <button
          type="button"
          className="button"
          title={say("annotation.close.why")}
          onClick={() => void change({ closed: !list.closed })}
        >
          {say(list.closed ? "annotation.reopen" : "annotation.close")}
        </button>
      </header>
      <p className="list-labels">
        {list.labels.map(({ key, name, colour, kind }) => (
          <span key={key}>
            <span className="label-swatch" style={{ background: colour }} />
            {name} ({say(`annotation.kind.${kind}`)})
          </span>
        ))}
      </p>
      <People
        key={list.annotators.map(({ id, active }) => `${id}${active}`).join()}
        list={list}
        save={(annotators) => change({ annotators })}
      />
      <Agreeing detail={detail} />
      {may("export") ? <ExportForm list={list} /> : null}
      <CaseTable detail={detail} />
      {list.closed ? null : <AddCases {...{ detail, changed }} />}
    </div>
  );
}

function Agreeing({ detail }: { detail: AnnotationListDetail }): ReactNode {
  const { say, count } = useWords();
  const { id, labels } = detail.of_list;
  const { data, problem, reload } = useAsked(useMemo(() => askAgreement(id), [id]));
  return (
    <section>
      <h2>{say("annotation.agreement")}</h2>
      <p className="hint">{say("annotation.agreement.why")}</p>
      {problem ? <Failure problem={problem} again={reload} /> : null}
      {data || problem ? null : <Waiting />}
      {data?.cases === 0 ? <p>{say("annotation.agreement.none")}</p> : null}
      {data?.cases ? (
        <>
          <p>
            {say("annotation.agreement.of", {
              cases: count("annotation.cases", data.cases),
              patients: count("annotation.patients", data.patients),
            })}
          </p>
          <AgreementTable figures={data.figures} labels={labels} needed={data.needed} />
        </>
      ) : null}
    </section>
  );
}
