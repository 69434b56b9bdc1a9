import type { en } from "../en";
import { admin } from "./admin";
import { session } from "./session";
import { shell } from "./shell";
import { study } from "./study";
import { upload } from "./upload";
import { worklist } from "./worklist";

/** Spanish; a word that is missing here does not compile. */
export const es: Record<keyof typeof en, string> = {
  ...shell,
  ...session,
  ...worklist,
  ...upload,
  ...admin,
  ...study,
};
