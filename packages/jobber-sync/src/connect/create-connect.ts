import { createHash, type KeyObject, randomUUID } from "node:crypto";
import { authorizeUrl, exchangeCode, type JobberApi } from "@jobber-sync/api";
import {
  type ConnectCallOptions,
  type ConnectHandlers,
  isJobberSyncError,
  JobberSyncError,
  type Logger,
} from "@jobber-sync/core";
import type { Lease } from "@jobber-sync/core/ports";
import type { CheckedApp } from "../options.ts";
import { connectCookie, readConnectCookie } from "./connect-cookie.ts";
import { type ConnectState, createStateSealer } from "./sealed-state.ts";

/** Dependencies of {@link createConnect}. */
export interface ConnectDependencies {
  readonly app: CheckedApp;
  readonly keys: readonly KeyObject[];
  readonly api: Pick<JobberApi, "connect">;
  /** Shared by every process, so that a state works once over all of them. */
  readonly lease: Lease;
  /** The accounts a tenant may be connected to; `null` for any. */
  readonly allowedAccounts: (tenant: string) => Promise<readonly string[] | null>;
  readonly logger: Logger;
  readonly now: () => number;
}

const LIFETIME_MS = 10 * 60_000;
const CALLBACK_PATH = "callback";

/**
 * Creates the two handlers of Jobber's OAuth flow.
 *
 * The state lives in an encrypted, http-only cookie, so the flow ends in the browser that began it
 * and on any machine. It is bound to the tenant, expires after ten minutes and is accepted once:
 * the shared lease remembers it until it has expired.
 */
export function createConnect(dependencies: ConnectDependencies): ConnectHandlers {
  const { app, api, lease, logger, now } = dependencies;
  const sealer = createStateSealer(dependencies.keys);

  return {
    begin: (request, options) => respond(begin(request, options), isSecure(request)),
    callback: (request, options) => respond(callback(request, options), isSecure(request)),
  };

  async function respond(handling: Promise<Response>, secure: boolean): Promise<Response> {
    try {
      const response = await handling;
      // The flow has ended: the browser forgets its state. `begin` has just set one.
      if (!response.headers.has("set-cookie"))
        response.headers.append("set-cookie", connectCookie("", 0, secure));
      return response;
    } catch (error) {
      if (!isJobberSyncError(error)) throw error;
      if (error.status >= 500)
        logger.error({ err: error }, "an account could not be connected to Jobber");
      return errorResponse(error);
    }
  }

  async function begin(request: Request, { tenant }: ConnectCallOptions): Promise<Response> {
    const authorized = requireTenant(tenant);
    const redirectUri = app.redirectUri ?? siblingUrl(request.url);
    const { url, state, codeVerifier } = await authorizeUrl({ ...app, redirectUri });
    const expiresAt = now() + LIFETIME_MS;
    const sealed = sealer.seal({ tenant: authorized, state, codeVerifier, redirectUri, expiresAt });
    const headers = new Headers({ location: url, "cache-control": "no-store" });
    headers.append("set-cookie", connectCookie(sealed, LIFETIME_MS / 1000, isSecure(request)));
    return new Response(null, { status: 302, headers });
  }

  async function callback(request: Request, options: ConnectCallOptions): Promise<Response> {
    const tenant = requireTenant(options.tenant);
    const flow = await takeFlow(request, tenant);
    const { state, codeVerifier, redirectUri } = flow;
    const callbackUrl = new URL(redirectUri);
    callbackUrl.search = new URL(request.url).search;
    const grant = await exchangeCode({ ...app, callbackUrl, redirectUri, state, codeVerifier });
    const accountIds = await dependencies.allowedAccounts(tenant);
    const accountId = await api.connect(tenant, grant, { accountIds: accountIds ?? undefined });
    const location = await options.onConnected?.({ tenant, accountId });
    if (typeof location === "string")
      return new Response(null, { status: 303, headers: { location } });
    return Response.json({ connected: tenant, accountId });
  }

  /**
   * Reads and consumes the state of this browser's flow.
   *
   * @throws {JobberSyncError} `ERR_OAUTH_STATE`
   */
  async function takeFlow(request: Request, tenant: string): Promise<ConnectState> {
    const sealed = readConnectCookie(request.headers, isSecure(request));
    const flow = sealed === null ? null : sealer.open(sealed);
    if (flow === null)
      throw stateError("This browser has not started a connection to Jobber. Start again.");
    if (flow.expiresAt <= now())
      throw stateError("The connection was started more than ten minutes ago. Start again.");
    if (flow.tenant !== tenant)
      throw stateError("The connection was started for another tenant. Start again.");
    const name = `jobber-connect:${createHash("sha256").update(flow.state).digest("base64url")}`;
    if (!(await lease.acquire(name, randomUUID(), LIFETIME_MS)))
      throw stateError("This connection was already completed. Start again.");
    return flow;
  }
}

function errorResponse(error: JobberSyncError): Response {
  const { status, code } = error;
  // The account's owner reads this. A mismatch names no account.
  const shown = error.expose || code === "ERR_ACCOUNT_MISMATCH" || code === "ERR_ACCOUNT_IN_USE";
  const message = shown ? error.message : "The account could not be connected. Try again later.";
  return Response.json({ code, message }, { status, headers: { "cache-control": "no-store" } });
}

function requireTenant(tenant: string | null | undefined): string {
  if (typeof tenant === "string" && tenant !== "") return tenant;
  throw new JobberSyncError(
    "ERR_CONNECT_FORBIDDEN",
    "authorize did not return a tenant for this request: only signed-in users may connect an account.",
  );
}

function stateError(message: string): JobberSyncError {
  return new JobberSyncError("ERR_OAUTH_STATE", message);
}

/** Returns the callback's URL beside `…/connect`: `…/callback`. */
function siblingUrl(url: string): string {
  const callback = new URL(CALLBACK_PATH, url);
  callback.search = "";
  callback.hash = "";
  return callback.href;
}

function isSecure(request: Request): boolean {
  return new URL(request.url).protocol === "https:";
}
