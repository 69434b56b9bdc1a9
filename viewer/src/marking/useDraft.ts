import { useState, useSyncExternalStore } from "react";
import type { Draft, DraftStore } from "./marking";

export function draftStore(): DraftStore {
  let draft: Draft | null = null;
  const listeners = new Set<() => void>();
  return {
    now: () => draft,
    set: (next) => {
      if (next === draft) return;
      draft = next;
      for (const listener of listeners) listener();
    },
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A store of its own for a component, the same at each render. */
export function useDraftStore(): DraftStore {
  const [store] = useState(draftStore);
  return store;
}

/** What is being drawn at this moment. */
export function useDraft(store: DraftStore): Draft | null {
  return useSyncExternalStore(store.watch, store.now);
}
