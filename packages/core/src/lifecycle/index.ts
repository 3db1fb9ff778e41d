export {
  type DeliveryFacts,
  type DeliveryWarning,
  LIFECYCLE_NAMES,
  type LifecycleEvents,
  type LifecycleHooks,
  type LifecycleName,
} from "./lifecycle.ts";
export { consoleLogger, type Logger } from "./logger.ts";
