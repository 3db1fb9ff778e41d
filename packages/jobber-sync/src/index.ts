export { createJobberSync, type JobberSync } from "./create-jobber-sync.ts";
export type { ErasureReport } from "./erasure/create-erasure.ts";
export type {
  HealthCode,
  HealthLevel,
  HealthReason,
} from "./health/assess-health.ts";
export type { Health } from "./health/check-health.ts";
export type { TenantConnection } from "./health/read-connections.ts";
export type { AppOptions, JobberSyncOptions, SyncDatabase } from "./options.ts";
export type { SyncTenant } from "./tenants/connected-tenants.ts";
