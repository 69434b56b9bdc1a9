import { type ReactNode, useState } from "react";
import { Link, Navigate, useNavigate, useParams } from "react-router";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import "../study/study.css";
import { AnswerSheet } from "./AnswerSheet";
import { Images } from "./Images";
import { WhenLoaded } from "./LoadedPage";
import { timeText } from "./time";
import type { Answers, Attempt } from "./types";
import { NotCounted } from "./NotCounted";
import { useCalls, useOne } from "./useCalls";
import { useLooking } from "./useLooking";

const ask: Parameters<typeof useOne<Attempt>>[1] = (calls, id, signal) => calls.attempt(id, signal);

/** A case being read unaided: its images, what is asked, and the time. */
export function ReadingPage(): ReactNode {
  const id = Number(useParams().id);
  const loaded = useOne(id, ask);
  return (
    <WhenLoaded loaded={loaded}>
      {(attempt) =>
        attempt.submitted_at ? (
          <Navigate to={`/teaching/attempts/${id}/result`} replace />
        ) : (
          <Reading key={attempt.id} attempt={attempt} />
        )
      }
    </WhenLoaded>
  );
}

function Reading({ attempt }: { attempt: Attempt }): ReactNode {
  const { say } = useWords();
  const calls = useCalls();
  const navigate = useNavigate();
  const toasts = useToasts();
  const [answers, setAnswers] = useState<Answers>(attempt.draft);
  const [busy, setBusy] = useState(false);
  const looking = useLooking(attempt.id, attempt.looked_s, answers);

  async function submit() {
    setBusy(true);
    try {
      await calls.submit(attempt.id, answers);
    } catch (problem) {
      // What was answered stays on the page, to be given again.
      setBusy(false);
      return toasts.fail(problem);
    }
    looking.stop();
    void navigate(`/teaching/attempts/${attempt.id}/result`, { replace: true });
  }

  return (
    <div className="reading">
      <CaseHead attempt={attempt}>
        <span className="case-time" title={say("teaching.time.why")}>
          <span className="unseen">{say("teaching.time")}</span> {timeText(looking.looked)}
        </span>
        {attempt.scorable ? null : <span className="tag plain">{say("teaching.noReference.why")}</span>}
        <NotCounted attempt={{ ...attempt, aided: attempt.aided || looking.aided }} />
        {looking.kept ? null : (
          <span className="tag" role="status">
            {say("teaching.notKept")}
          </span>
        )}
      </CaseHead>
      <Images attempt={attempt} />
      <div className="reading-side">
        <AnswerSheet
          attempt={attempt}
          answers={answers}
          set={setAnswers}
          submit={() => void submit()}
          busy={busy}
        />
      </div>
    </div>
  );
}

/** Which case it is, under its pseudonym. */
export function CaseHead({
  attempt,
  children,
}: {
  attempt: Attempt;
  children: ReactNode;
}): ReactNode {
  const { say } = useWords();
  return (
    <header className="study-header">
      <Link to={`/teaching/${attempt.collection}`} className="study-back">
        ← {attempt.title}
      </Link>
      <div className="study-who">
        <h1>{say("teaching.caseNumber", { n: attempt.number })}</h1>
        <p>{say("teaching.pseudonym", { name: attempt.patient })}</p>
      </div>
      {attempt.simulated ? <span className="badge-simulated">{say("study.simulated")}</span> : null}
      <div className="study-marks case-marks">{children}</div>
    </header>
  );
}
