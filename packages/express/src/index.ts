export { jobberWebhooks } from "./jobber-webhooks.ts";
