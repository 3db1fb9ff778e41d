export { createFetchHandler, type FetchHandlerOptions } from "./create-fetch-handler.ts";
