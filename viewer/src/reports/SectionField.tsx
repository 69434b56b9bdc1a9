import { type ReactNode, useId } from "react";
import type { Section } from "../api/types";
import { useWords } from "../words";
import { type DraftKeeper, type Kept, shownText } from "./keeper";
import { both } from "./merging";
import { Lines } from "./Sections";

const LONGEST = 50_000;

/** A section to write in; its field grows with its text. */
export function SectionField(props: {
  section: Section;
  draft: DraftKeeper;
  kept: Kept;
}): ReactNode {
  const { section, draft, kept } = props;
  const id = useId();
  const text = shownText(kept, section.name);
  return (
    <section className="report-section">
      <h3>
        <label htmlFor={id}>{section.title}</label>
      </h3>
      {/* The copy of the text behind the field makes it as high as its text at any width. */}
      <div className="report-grows" data-text={`${text}\n`}>
        <textarea
          id={id}
          className="input"
          maxLength={LONGEST}
          rows={2}
          spellCheck
          value={text}
          onChange={(event) => draft.type(section.name, event.target.value)}
        />
      </div>
      {section.name in kept.theirs ? <OtherText {...props} text={text} /> : null}
    </section>
  );
}

/** Two people wrote in the section: both texts are here until one decides. */
function OtherText(props: {
  section: Section;
  draft: DraftKeeper;
  kept: Kept;
  text: string;
}): ReactNode {
  const { section, draft, kept, text } = props;
  const { say, language } = useWords();
  const theirs = kept.theirs[section.name] ?? "";
  const settle = (with_: string) => () => draft.settle(section.name, with_);
  return (
    <div className="report-other" role="alert" lang={language}>
      <p>{say("reports.other.title", { name: kept.base.changed_by })}</p>
      <h4>{say("reports.other.theirs")}</h4>
      <div className="report-other-text" lang={kept.base.language}>
        <Lines text={theirs} beside={text} />
      </div>
      <p className="hint">{say("reports.other.yours")}</p>
      <div className="report-choices">
        <button type="button" className="button" onClick={settle(text)}>
          {say("reports.other.keepMine")}
        </button>
        <button type="button" className="button" onClick={settle(theirs)}>
          {say("reports.other.takeTheirs")}
        </button>
        <button type="button" className="button" onClick={settle(both(theirs, text))}>
          {say("reports.other.both")}
        </button>
      </div>
    </div>
  );
}
