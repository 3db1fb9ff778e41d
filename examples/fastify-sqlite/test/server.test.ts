import { exampleContract } from "@jobber-sync-examples/backend/contract";
import { PROGRAMS } from "./support/programs.ts";

exampleContract(PROGRAMS);
