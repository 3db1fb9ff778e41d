import {
  type AnyExtras,
  type Instant,
  JobberSyncError,
  type RecordExtras,
} from "@jobber-sync/core";
import {
  createDispatcher,
  type FetchedRecords,
  type RecordSource,
  type SourceCallOptions,
} from "@jobber-sync/core/ports";
import type { ConnectOptions } from "./connection/check-account.ts";
import { codedStores } from "./connection/connection-state.ts";
import { type Connections, createConnections } from "./connection/connections.ts";
import { ACCOUNT_DOCUMENT } from "./documents/account-document.ts";
import type { ExtraSelections } from "./extra/extra-selections.ts";
import { createFetchRecords } from "./fetch-records.ts";
import type { JobberApiEvents } from "./hooks.ts";
import { errorResponse } from "./http/response-error.ts";
import { createTenantLimits } from "./limits/tenant-limits.ts";
import { readId } from "./mapping/read-values.ts";
import type { TokenGrant } from "./oauth/token-grant.ts";
import { requestRefresh } from "./oauth/token-request.ts";
import { checkOptions, type JobberApiOptions } from "./options.ts";
import { createReadObject } from "./read-object.ts";
import { type ApiRequest, createRequest, send } from "./request.ts";

/**
 * Jobber's API, accessed through the tenants' connections.
 *
 * @typeParam X types of `extra`, as your selections determine them; not checked against responses
 */
export interface JobberApi<X extends RecordExtras = AnyExtras> extends RecordSource<X> {
  /**
   * Checks whether the account really disconnected the app, as an `APP_DISCONNECT` notification
   * claims: the notification must be newer than the connection, and Jobber must reject the tokens.
   * If so, erases the tokens.
   *
   * @param occurredAt the notification's time; `null` when it has none
   * @returns `false` when the connection works, or is newer than the notification
   * @throws {JobberSyncError} `ERR_API_…` when Jobber could not be asked
   */
  disconnected(
    tenant: string,
    occurredAt: Instant | null,
    options: SourceCallOptions,
  ): Promise<boolean>;

  /**
   * Stores the tokens of an OAuth flow as the tenant's connection, in place of any earlier one. The
   * account the tokens belong to is read from Jobber first.
   *
   * @param grant the tokens from `exchangeCode`
   * @returns the account's id
   * @throws {JobberSyncError} `ERR_ACCOUNT_MISMATCH` when the tenant was connected to another
   * account before, `ERR_ACCOUNT_IN_USE` when another tenant is connected to the account (each can
   * be allowed in the options), `ERR_API_…`, or the token store's error
   */
  connect(tenant: string, grant: TokenGrant, options?: ConnectOptions): Promise<string>;

  /**
   * Returns the id of the account the tenant was last connected to; `null` if it never was. Sends
   * no request.
   */
  accountOf(tenant: string): Promise<string | null>;

  /**
   * Sends a query or mutation of your own on behalf of a tenant, within the same rate limits.
   * Jobber has no idempotency key (docs/jobber-facts.md#mutations): a mutation that ended in a
   * network error may have been applied.
   *
   * @throws {JobberSyncError} `ERR_API_…`; `ERR_API_QUERY` also when a mutation's `userErrors` are
   * not empty
   */
  readonly request: ApiRequest;

  /**
   * Reads an object with a selection of your own; `fetch` in handlers does so for the object of
   * their delivery.
   *
   * @throws {JobberSyncError} `ERR_API_…`
   * @throws {TypeError} for a type that Jobber cannot look up by id, or text that is no selection
   */
  read: NonNullable<RecordSource["read"]>;

  /** The selections of the `extra` option, prepared for queries. */
  readonly extra: ExtraSelections;
}

/**
 * Creates the source that records are fetched from: Jobber's GraphQL API. Tokens are refreshed as
 * needed, by one process at a time. Queries wait for Jobber's rate limits. Every failure is a coded
 * error that says whether and when to retry. Errors, logs and hooks contain no token, no customer
 * data and no text of Jobber's responses except version warnings and the names of hidden fields.
 *
 * @throws {TypeError} for invalid options
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
 * const signal = AbortSignal.timeout(10_000);
 * const records = await api.fetch("acme", "job", "Z2lkOi8vSm9iYmVyL0pvYi8x", { signal });
 * ```
 */
export function createJobberApi<X extends RecordExtras = AnyExtras>(
  options: JobberApiOptions,
): JobberApi<X> {
  const checked = checkOptions(options);
  const { now, sleep, random, statusOverrides, extra } = checked;
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
  const fetchRecords = createFetchRecords(request, checked);

  return {
    request,
    read: createReadObject(request),
    statusOverrides,
    extra,

    fetch(tenant, type, id, { signal }) {
      // Typed by X, which describes what the selections read.
      return fetchRecords(tenant, type, id, { signal }) as Promise<FetchedRecords<X> | null>;
    },

    disconnected: (tenant, occurredAt, { signal }) =>
      hasDisconnected({ connections, request }, tenant, occurredAt, signal),

    async accountOf(tenant) {
      return (await connections.read(tenant))?.accountId ?? null;
    },

    async connect(tenant, grant, connectOptions = {}) {
      const { accessToken } = grant;
      const query = { accessToken, document: ACCOUNT_DOCUMENT, variables: {} };
      const response = await send(checked, query);
      const error = errorResponse(response);
      if (error !== null) throw error;
      const account = response.data?.account as { readonly id?: unknown } | null | undefined;
      const accountId = readId(account?.id, "account.id");
      // Before the hooks of the new connection can fetch.
      extra.forget(tenant);
      await connections.connected(tenant, { ...grant, accountId }, connectOptions);
      return accountId;
    },
  };
}

async function hasDisconnected(
  { connections, request }: { readonly connections: Connections; readonly request: ApiRequest },
  tenant: string,
  occurredAt: Instant | null,
  signal: AbortSignal,
): Promise<boolean> {
  const connection = await connections.read(tenant);
  if (connection === null || connection.state === "disconnected") return true;
  // A late or repeated notification about an earlier connection. Both times are Jobber's.
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
}
