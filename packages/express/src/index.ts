export { type JobberConnectOptions, jobberConnect } from "./jobber-connect.ts";
export { type InspectorHandler, jobberInspector } from "./jobber-inspector.ts";
export { jobberWebhooks } from "./jobber-webhooks.ts";
