export { createFetchHandler, type FetchHandlerOptions } from "./create-fetch-handler.ts";
export { type JobberConnectOptions, jobberConnect } from "./jobber-connect.ts";
