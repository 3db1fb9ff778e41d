export { type JobberConnectOptions, jobberConnect } from "./jobber-connect.ts";
export { type JobberWebhooksOptions, jobberWebhooks } from "./jobber-webhooks.ts";
