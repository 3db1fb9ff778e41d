import type { Receiver } from "@jobber-sync/core";
import type { ContractRunner } from "../store/contract-runner.ts";
import { responseCases } from "./responses.ts";
import { inProcess } from "./send-request.ts";

/** What {@link fetchHandlerContract} needs to know. */
export interface FetchHandlerContractOptions extends ContractRunner {
  /** Makes the function under test, its routes at the root. */
  readonly open: (receiver: Receiver) => (request: Request) => Promise<Response>;
}

/**
 * Holds a function from `Request` to `Response` to the receiver's responses, without a server: the part of {@link adapterContract} that does
 * not need a socket, for runtimes that have none to offer.
 */
export function fetchHandlerContract({ describe, it, open }: FetchHandlerContractOptions): void {
  responseCases({ describe, it }, inProcess(open));
}
