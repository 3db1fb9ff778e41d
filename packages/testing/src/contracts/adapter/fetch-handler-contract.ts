import type { Receiver } from "@jobber-sync/core";
import type { ContractRunner } from "../store/contract-runner.ts";
import { responseCases } from "./responses.ts";
import { inProcess } from "./send-request.ts";

/** Options for {@link fetchHandlerContract}. */
export interface FetchHandlerContractOptions extends ContractRunner {
  /** Creates the handler under test, with its routes at the root. */
  readonly open: (receiver: Receiver) => (request: Request) => Promise<Response>;
}

/**
 * Tests the responses of a fetch handler without a server. This is the part of
 * {@link adapterContract} that needs no socket, for runtimes without one.
 */
export function fetchHandlerContract({ describe, it, open }: FetchHandlerContractOptions): void {
  responseCases({ describe, it }, inProcess(open));
}
