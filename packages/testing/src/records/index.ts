export { type FetchedClientOptions, fetchedClient } from "./fetched-client.ts";
export { type FetchedJobOptions, fetchedJob } from "./fetched-job.ts";
