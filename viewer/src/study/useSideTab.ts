import { useState } from "react";
import { useSearchParams } from "react-router";

const TABS = ["findings", "observations", "report", "outside"] as const;
export type SideTab = (typeof TABS)[number];

/** Which tab beside the images is open: at first the one that the address asks for. */
export function useSideTab(): [SideTab, (tab: SideTab) => void] {
  const [asked] = useSearchParams();
  return useState<SideTab>(() => TABS.find((tab) => tab === asked.get("tab")) ?? "findings");
}
