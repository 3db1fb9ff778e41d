import { exampleContract } from "@jobber-sync-examples/backend/contract";
import { programsOnOwnServer } from "./support/programs.ts";

exampleContract(programsOnOwnServer());
