import type { TokenEntry } from "../api/types";

/** Whether a token still opens anything at a time. */
export function isLive({ revoked, expires_at }: TokenEntry, now: number): boolean {
  return !revoked && (expires_at === null || Date.parse(expires_at) > now);
}
