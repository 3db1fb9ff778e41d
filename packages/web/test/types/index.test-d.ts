import type { ConnectHandlers, Receiver } from "@jobber-sync/core";
import { createFetchHandler, jobberConnect } from "@jobber-sync/web";

declare const receiver: Receiver;
declare const sync: { readonly connect: ConnectHandlers | null };

type Handler = (request: Request) => Promise<Response>;
createFetchHandler(receiver) satisfies Handler;
createFetchHandler(receiver, { basePath: undefined });
jobberConnect(sync, { authorize: (request) => request.headers.get("x-tenant") }) satisfies Handler;

// @ts-expect-error a receiver is required
createFetchHandler();
// @ts-expect-error a path is text
createFetchHandler(receiver, { basePath: 1 });
// @ts-expect-error authorize is required
jobberConnect(sync, {});
