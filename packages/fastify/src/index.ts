export { type JobberConnectOptions, jobberConnect } from "./jobber-connect.ts";
export {
  type InspectorHandler,
  type JobberInspectorOptions,
  jobberInspector,
} from "./jobber-inspector.ts";
export { type JobberWebhooksOptions, jobberWebhooks } from "./jobber-webhooks.ts";
