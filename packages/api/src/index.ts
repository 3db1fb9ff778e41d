export type { ConnectOptions } from "./connection/check-account.ts";
export { createJobberApi, type JobberApi } from "./create-jobber-api.ts";
export { type Document, defineDocument } from "./documents/document.ts";
export type { ExtraOptions, ExtraSelections } from "./extra/extra-selections.ts";
export type { JobberApiHooks, ReauthReason, TenantEvent } from "./hooks.ts";
export { JOBBER_ENDPOINT } from "./http/check-endpoint.ts";
export type { VersionEvent } from "./http/check-version.ts";
export type { FetchLike } from "./http/fetch-like.ts";
export type { Sleep } from "./limits/tenant-limits.ts";
export type { OauthEndpoints } from "./oauth/authorization-server.ts";
export {
  type AuthorizeRequest,
  type AuthorizeUrlOptions,
  authorizeUrl,
} from "./oauth/authorize-url.ts";
export { type ExchangeCodeOptions, exchangeCode } from "./oauth/exchange-code.ts";
export type { TokenGrant } from "./oauth/token-grant.ts";
export type { JobberApiOptions } from "./options.ts";
export {
  createReconciler,
  type ReconcileOptions,
  type Reconciler,
} from "./reconcile/create-reconciler.ts";
export type {
  ReconcileCounts,
  ReconcileReport,
  WebhookCounts,
} from "./reconcile/reconcile-report.ts";
export type {
  ReconcileProgress,
  ReconcilerHooks,
  RefusedDeletion,
  SilentEvent,
  UnreadableRecord,
} from "./reconcile/reconciler-hooks.ts";
export type { ReconcilerOptions, ReconcilerTenants } from "./reconcile/reconciler-options.ts";
export type { ApiRequest, RequestOptions, ResponseInfo } from "./request.ts";
