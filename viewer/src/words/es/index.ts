import type { en } from "../en";
import { account } from "./account";
import { admin } from "./admin";
import { annotation } from "./annotation";
import { audit } from "./audit";
import { corrections } from "./corrections";
import { dashboard } from "./dashboard";
import { marking } from "./marking";
import { observations } from "./observations";
import { outside } from "./outside";
import { patients } from "./patients";
import { reports } from "./reports";
import { session } from "./session";
import { shell } from "./shell";
import { study } from "./study";
import { teaching } from "./teaching";
import { upload } from "./upload";
import { worklist } from "./worklist";

/** Spanish; a word that is missing here does not compile. */
export const es: Record<keyof typeof en, string> = {
  ...account,
  ...admin,
  ...annotation,
  ...audit,
  ...corrections,
  ...dashboard,
  ...marking,
  ...observations,
  ...outside,
  ...patients,
  ...reports,
  ...session,
  ...shell,
  ...study,
  ...teaching,
  ...upload,
  ...worklist,
};
