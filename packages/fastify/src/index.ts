export { type JobberWebhooksOptions, jobberWebhooks } from "./jobber-webhooks.ts";
