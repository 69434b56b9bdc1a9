import { admin } from "./admin";
import { session } from "./session";
import { shell } from "./shell";
import { study } from "./study";
import { upload } from "./upload";
import { worklist } from "./worklist";

/** English. Each room of the viewer has a file; a word is `room.name`. */
export const en = { ...shell, ...session, ...worklist, ...upload, ...admin, ...study } as const;
