import { fullExampleContract } from "@jobber-sync-examples/backend/contract";
import { programsOnOwnServer } from "./support/programs.ts";

fullExampleContract(programsOnOwnServer());
