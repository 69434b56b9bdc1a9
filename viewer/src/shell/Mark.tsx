import type { ReactNode } from "react";

/** Condyle's mark: the end of a femur. */
export function Mark(): ReactNode {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true" focusable="false">
      <path
        d="M11 4v8.5c0 1.4-.8 2.3-2 3.2-2 1.5-2.6 3.8-1.7 6 .9 2.3 3.3 3.3 5.5 2.4 1.2-.5 2-1.1 3.2-1.1s2 .6 3.2 1.1c2.2.9 4.6-.1 5.5-2.4.9-2.2.3-4.5-1.7-6-1.2-.9-2-1.8-2-3.2V4"
        fill="none"
        stroke="currentColor"
        strokeWidth="2.2"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
