export type { ReceiverAnswer } from "./answer.ts";
export {
  createReceiver,
  type ReceivedDelivery,
  type Receiver,
  type ReceiverRequest,
} from "./create-receiver.ts";
export type {
  InboxReceiverOptions,
  ReceiverOptions,
  StoreReceiverOptions,
  TopicSelection,
} from "./options.ts";
export type { SharedApp, Tenant, TenantResolver, Tenants } from "./tenants.ts";
