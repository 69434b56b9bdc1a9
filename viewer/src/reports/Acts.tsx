import { type MouseEvent, type ReactNode, useState } from "react";
import type { ReportEntry } from "../api/types";
import { useSession } from "../session/session";
import { PERMISSIONS } from "../shell/permissions";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { fileOf } from "./ask";
import { CopyByHand } from "./CopyByHand";

/** Copies a text, and says whether the browser allowed it. */
export async function copied(text: string): Promise<boolean> {
  try {
    // Without https there is no clipboard, whatever the types say.
    const { clipboard } = navigator as { clipboard?: Clipboard };
    if (!clipboard) return false;
    await clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * What can be made of a report: its text on the clipboard, its page as PDF or HTML.
 *
 * `fresh` saves what is typed first, so that what is made says what the page says.
 */
export function Acts({
  report,
  fresh,
}: {
  report: ReportEntry;
  fresh?: () => Promise<ReportEntry>;
}): ReactNode {
  const { say } = useWords();
  const toasts = useToasts();
  const { may } = useSession();
  const [byHand, setByHand] = useState<string | null>(null);
  const [said, setSaid] = useState({ text: "", of: 0 });
  // Neither names nor texts are given to those who may not see identities.
  if (!may(PERMISSIONS.identity)) return null;

  async function copy() {
    setSaid({ text: "", of: 0 });
    try {
      const { text, state, edition } = fresh ? await fresh() : report;
      if (!(await copied(text))) return setByHand(text);
      // Said here and not at the edge of the page, where it would cover what stands below.
      const word = state === "draft" ? "reports.copy.draft" : "reports.copy.done";
      setSaid({ text: say(word), of: edition });
    } catch (problem) {
      toasts.fail(problem);
    }
  }

  // What is on the clipboard is of an edition, and not of what was written after it.
  const done = said.of === report.edition ? said.text : "";
  return (
    <div className="report-acts">
      <button type="button" className="button" onClick={() => void copy()}>
        {say("reports.copy")}
      </button>
      <FileLink kind="pdf" {...{ report, fresh }} />
      <FileLink kind="html" {...{ report, fresh }} />
      <p role="status" className={done ? "report-said" : "hint"}>
        {done || (report.state === "draft" ? say("reports.copy.draftNote") : "")}
      </p>
      {byHand === null ? null : <CopyByHand text={byHand} close={() => setByHand(null)} />}
    </div>
  );
}

function FileLink({
  report,
  kind,
  fresh,
}: {
  report: ReportEntry;
  kind: "pdf" | "html";
  fresh: (() => Promise<ReportEntry>) | undefined;
}): ReactNode {
  const { say } = useWords();
  const toasts = useToasts();
  const address = fileOf(report.id, kind);
  const title = say(`reports.${kind}`);

  async function open(event: MouseEvent) {
    if (!fresh) return;
    event.preventDefault();
    // Opened while the click is young: later the browser takes it for an advertisement.
    const page = window.open("about:blank", "_blank");
    try {
      await fresh();
    } catch (problem) {
      page?.close();
      return toasts.fail(problem);
    }
    if (page) page.location.replace(address);
    else window.location.assign(address);
  }

  return (
    <a
      className="button"
      href={address}
      target="_blank"
      rel="noreferrer"
      aria-label={say("reports.opens", { kind: title })}
      onClick={(event) => void open(event)}
    >
      {title}
    </a>
  );
}
