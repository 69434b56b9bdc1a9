import { type ReactNode, useState } from "react";
import { useToasts } from "../shell/toasts";
import { useWords } from "../words";
import { copied } from "./Acts";
import { CopyByHand } from "./CopyByHand";
import type { DraftKeeper, Kept } from "./keeper";
import { Lines } from "./Sections";

/** What was typed into a draft that somebody signed meanwhile: it is not lost. */
export function LeftOver({ draft, kept }: { draft: DraftKeeper; kept: Kept }): ReactNode {
  const { say } = useWords();
  const toasts = useToasts();
  const [byHand, setByHand] = useState(false);
  const text = kept.base.sections
    .filter(({ name }) => name in kept.mine)
    .map(({ name, title }) => `${title}\n${kept.mine[name] ?? ""}`)
    .join("\n\n");
  if (!text) return null;
  async function copy() {
    if (await copied(text)) toasts.tell(say("reports.copied"));
    else setByHand(true);
  }
  return (
    <div className="report-other" role="alert">
      <p>{say("reports.signedMeanwhile", { name: kept.base.signed_name ?? "" })}</p>
      <div className="report-other-text" lang={kept.base.language}>
        <Lines text={text} />
      </div>
      <div className="report-choices">
        <button type="button" className="button" onClick={() => void copy()}>
          {say("reports.signedMeanwhile.copy")}
        </button>
        <button type="button" className="button danger" onClick={() => draft.drop()}>
          {say("reports.signedMeanwhile.drop")}
        </button>
      </div>
      {byHand ? <CopyByHand text={text} close={() => setByHand(false)} /> : null}
    </div>
  );
}
