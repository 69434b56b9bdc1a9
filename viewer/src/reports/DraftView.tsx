import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import type { ReportEntry, StudyDetail } from "../api/types";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { Acts } from "./Acts";
import { useDraft } from "./drafts";
import type { DraftKeeper, Kept } from "./keeper";
import { LeftOver } from "./LeftOver";
import { DraftMark } from "./ReadOnlyDraft";
import { Saved } from "./Saved";
import { PlainSection, Watermark } from "./Sections";
import { SectionField } from "./SectionField";
import { SignDialog } from "./SignDialog";
import { SignedView } from "./SignedView";
import { Stale } from "./Stale";

interface Props {
  detail: StudyDetail;
  report: ReportEntry;
  take: (report: ReportEntry) => void;
}

/** A report to who writes it: its draft until it is signed, then what was signed. */
export function DraftView({ detail, report, take }: Props): ReactNode {
  const { draft, kept } = useDraft(report);
  const { base } = kept;
  // What was saved here is the latest that there is, for the list as well.
  useEffect(() => take(base), [take, base]);
  const isSigned = base.state === "signed";
  const wasDraft = useRef(!isSigned);
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!isSigned || !wasDraft.current) return;
    wasDraft.current = false;
    // The dialog is gone, and with it the focus and the place that was looked at.
    top.current?.scrollIntoView({ block: "start" });
    top.current?.focus({ preventScroll: true });
  }, [isSigned]);
  if (isSigned) {
    return (
      <div ref={top} className="report-arrived" tabIndex={-1}>
        <LeftOver draft={draft} kept={kept} />
        <SignedView report={base} take={take} writes />
      </div>
    );
  }
  return <Draft detail={detail} draft={draft} kept={kept} />;
}

function Draft(props: { detail: StudyDetail; draft: DraftKeeper; kept: Kept }): ReactNode {
  const { detail, draft, kept } = props;
  const { base } = kept;
  const { say } = useWords();
  const toasts = useToasts();
  const [signing, setSigning] = useState<ReportEntry | null>(null);
  const fresh = () => draft.save();

  async function sign() {
    try {
      setSigning(await draft.save());
    } catch (problem) {
      toasts.fail(problem);
    }
  }

  function saveByKey(event: KeyboardEvent) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    void draft.save().catch(() => undefined);
  }

  const waits = Object.keys(kept.theirs).length > 0;
  return (
    <div className="report-draft" onKeyDown={saveByKey} role="presentation">
      <Watermark />
      <DraftMark report={base} />
      {base.stale ? <Stale draft={draft} report={base} /> : null}
      <div className="report-sections" lang={base.language}>
        {base.sections.map((section) =>
          section.fixed ? (
            <PlainSection key={section.name} section={section} />
          ) : (
            <SectionField key={section.name} {...{ section, draft, kept }} />
          ),
        )}
      </div>
      <footer className="report-foot">
        <Saved kept={kept} again={() => void draft.save().catch(() => undefined)} />
        <div className="report-foot-acts">
          <Acts report={base} fresh={fresh} />
          <button
            type="button"
            className="button primary"
            disabled={waits}
            onClick={() => void sign()}
          >
            {say("reports.sign")}
          </button>
        </div>
      </footer>
      {signing ? (
        <SignDialog {...{ detail, draft, report: signing }} close={() => setSigning(null)} />
      ) : null}
    </div>
  );
}
