import { Component, type ReactNode } from "react";
import { Failure } from "./Failure";

interface Page {
  /** The page's address: another page is tried anew. */
  at: string;
  children: ReactNode;
}

interface Kept {
  at: string;
  problem: unknown;
}

/** Keeps a fault of one page from taking the whole viewer away. */
export class Boundary extends Component<Page, Kept> {
  override state: Kept = { at: this.props.at, problem: undefined };

  static getDerivedStateFromError(problem: unknown): Partial<Kept> {
    return { problem };
  }

  static getDerivedStateFromProps({ at }: Page, kept: Kept): Kept | null {
    return at === kept.at ? null : { at, problem: undefined };
  }

  override render(): ReactNode {
    if (this.state.problem === undefined) return this.props.children;
    // Loading again also fetches parts of the viewer that a newer version replaced.
    return (
      <div className="page">
        <Failure problem={this.state.problem} again={() => window.location.reload()} />
      </div>
    );
  }
}
