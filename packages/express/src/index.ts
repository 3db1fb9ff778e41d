export { type JobberConnectOptions, jobberConnect } from "./jobber-connect.ts";
export { jobberWebhooks } from "./jobber-webhooks.ts";
