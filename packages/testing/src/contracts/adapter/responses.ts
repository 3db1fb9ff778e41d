import type { ContractRunner } from "../store/contract-runner.ts";
import { acceptedCases } from "./responses/accepted-cases.ts";
import { backendCases } from "./responses/backend-cases.ts";
import { quarantineCases } from "./responses/quarantine-cases.ts";
import { rejectedHeadCases } from "./responses/rejected-head-cases.ts";
import { unauthorizedCases } from "./responses/unauthorized-cases.ts";
import { usingServer } from "./responses/using-server.ts";
import type { Open } from "./send-request.ts";

/** Cases for every row of the response table that a single request can produce. */
export function responseCases(runner: ContractRunner, open: Open): void {
  const using = usingServer(open);
  acceptedCases(runner, using);
  quarantineCases(runner, using);
  unauthorizedCases(runner, using);
  rejectedHeadCases(runner, using);
  backendCases(runner, using);
}
