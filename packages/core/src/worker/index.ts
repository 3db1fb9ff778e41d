export { createWorker, type Worker, type WorkerOptions } from "./create-worker.ts";
export type { Handler, HandlerContext, Handlers } from "./handlers.ts";
export type { RetryPolicy } from "./retry-policy.ts";
