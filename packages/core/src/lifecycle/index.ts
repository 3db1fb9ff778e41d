export type { DeliveryFacts, LifecycleEvents, LifecycleHooks, LifecycleName } from "./lifecycle.ts";
export type { Logger } from "./logger.ts";
