import { fullExampleContract } from "@jobber-sync-examples/backend/contract";
import { PROGRAMS } from "./support/programs.ts";

fullExampleContract(PROGRAMS);
