import { type Instant, JobberSyncError } from "@jobber-sync/core";
import {
  createDispatcher,
  type FetchedRecords,
  type RecordSource,
  type SourceCallOptions,
} from "@jobber-sync/core/ports";
import { codedStores } from "./connection/connection-state.ts";
import { createConnections } from "./connection/connections.ts";
import { ACCOUNT_DOCUMENT } from "./documents/account-document.ts";
import { createFetchRecords } from "./fetch-records.ts";
import type { JobberApiEvents } from "./hooks.ts";
import { errorResponse } from "./http/response-error.ts";
import { createTenantLimits } from "./limits/tenant-limits.ts";
import { readId, sameId } from "./mapping/read-values.ts";
import type { TokenGrant } from "./oauth/token-grant.ts";
import { requestRefresh } from "./oauth/token-request.ts";
import { checkOptions, type JobberApiOptions } from "./options.ts";
import { type ApiRequest, createRequest, send } from "./request.ts";

/** Jobber's API, as the tenants' connections allow. */
export interface JobberApi extends RecordSource {
  /**
   * Whether the account has disconnected the app, as an `APP_DISCONNECT` says. Nobody's word is taken for it: the event must be younger than
   * the connection, and Jobber must reject the tokens. If so, the tokens are erased.
   *
   * @param occurredAt the event's time; `null` when it had none
   * @returns `false` when the connection works, or was made after the event
   * @throws {JobberSyncError} `ERR_API_…` when Jobber could not be asked
   */
  disconnected(
    tenant: string,
    occurredAt: Instant | null,
    options: SourceCallOptions,
  ): Promise<boolean>;

  /**
   * Keeps the tokens of an OAuth flow as the tenant's connection, in place of any it had, after asking Jobber which account they are for.
   *
   * @param grant from `exchangeCode`
   * @param accountId the account it must be, where the tenant is known to have one; another one is rejected
   * @returns the account's id
   * @throws {JobberSyncError} `ERR_ACCOUNT_MISMATCH`, `ERR_API_…`, or the token store's own error
   */
  connect(tenant: string, grant: TokenGrant, accountId?: string): Promise<string>;

  /**
   * Asks a query of your own as a tenant, within the same limits: also for pushing changes back. Jobber has no idempotency key (F7): a
   * mutation that ended in a network error may have been done.
   *
   * @throws {JobberSyncError} `ERR_API_…`; `ERR_API_QUERY` also when a mutation's `userErrors` are not empty
   */
  readonly request: ApiRequest;
}

/**
 * Makes the source that records are fetched from: Jobber's GraphQL API. Tokens are refreshed as needed, by one process at a time; queries
 * wait for their place within Jobber's limits; every failure is a coded error that says whether and when to try again.
 *
 * No token, no customer's data and nothing that Jobber answered is in any error, log or hook.
 *
 * @throws {TypeError} for options that cannot work
 *
 * @example
 * ```ts
 * import { createJobberApi } from "@jobber-sync/api";
 * import { createMemoryTokenStore, encryptTokens } from "@jobber-sync/core";
 * import { randomBytes } from "node:crypto";
 *
 * const api = createJobberApi({
 *   tokens: encryptTokens(createMemoryTokenStore(), [{ id: "2026-01", key: randomBytes(32) }]),
 *   version: "2026-07-27",
 *   clientId: "the app's client id",
 *   clientSecret: "the app's client secret",
 * });
 * const records = await api.fetch("acme", "job", "Z2lkOi8vSm9iYmVyL0pvYi8x", { signal: AbortSignal.timeout(10_000) });
 * ```
 */
export function createJobberApi(options: JobberApiOptions): JobberApi {
  const checked = checkOptions(options);
  const { now, sleep, random, version, statusOverrides } = checked;
  const emit = createDispatcher<JobberApiEvents>(checked);
  const connections = createConnections({
    ...codedStores(checked),
    refresh: (refreshToken) => requestRefresh(checked, refreshToken),
    now,
    sleep,
    random,
    emit,
  });
  const limits = createTenantLimits({
    now,
    sleep,
    maxWaitMs: checked.maxWaitMs,
    requests: checked.maxRequests,
  });
  const request = createRequest({ ...checked, connections, limits, emit });
  const fetchRecords = createFetchRecords(request, statusOverrides);

  return {
    request,

    fetch(tenant, type, id, { signal }): Promise<FetchedRecords | null> {
      return fetchRecords(tenant, type, id, { signal });
    },

    async disconnected(tenant, occurredAt, { signal }) {
      const connection = await connections.read(tenant);
      if (connection === null || connection.state === "disconnected") return true;
      // A late or repeated event of an earlier connection. Both times are Jobber's.
      if (occurredAt !== null && Date.parse(occurredAt) < Date.parse(connection.connectedAt))
        return false;
      try {
        await request(tenant, ACCOUNT_DOCUMENT, {}, { signal });
        return false;
      } catch (error) {
        const rejected =
          error instanceof JobberSyncError &&
          (error.code === "ERR_API_DISCONNECTED" || error.code === "ERR_API_NEEDS_REAUTH");
        if (!rejected) throw error;
        const current = await connections.read(tenant);
        if (current !== null && current.state !== "disconnected")
          await connections.disconnected(current);
        return true;
      }
    },

    async connect(tenant, grant, expectedAccount) {
      const response = await send({ ...checked, version }, grant.accessToken, ACCOUNT_DOCUMENT, {});
      const error = errorResponse(response);
      if (error !== null) throw error;
      const account = response.data?.account as { readonly id?: unknown } | null | undefined;
      const accountId = readId(account?.id, "account.id");
      if (expectedAccount !== undefined && !sameId(accountId, expectedAccount)) {
        throw new JobberSyncError(
          "ERR_ACCOUNT_MISMATCH",
          "The tokens are for another Jobber account than the tenant's.",
        );
      }
      await connections.connected(tenant, accountId, grant);
      return accountId;
    },
  };
}
