export { createJobberSync, type JobberSync } from "./create-jobber-sync.ts";
export type { AppOptions, JobberSyncOptions, SyncDatabase } from "./options.ts";
export type { SyncTenant } from "./tenants/connected-tenants.ts";
