export type {
  DeliveryFacts,
  DeliveryWarning,
  LifecycleEvents,
  LifecycleHooks,
  LifecycleName,
} from "./lifecycle.ts";
export { consoleLogger, type Logger } from "./logger.ts";
