import { authorizeUrl, exchangeCode, type JobberApi } from "@jobber-sync/api";
import { isJobberSyncError, type Tenant } from "@jobber-sync/core";
import { type ApiSettings, isLocalRequest } from "@jobber-sync-examples/backend";
import { type Request, type RequestHandler, Router } from "express";
import { createPendingConnections } from "./pending-connections.ts";

/** Options for {@link connectRoutes}. */
export interface ConnectRoutesOptions {
  readonly api: JobberApi;
  readonly app: ApiSettings;
  readonly tenants: readonly Tenant[];
  readonly onConnected: (tenant: string) => void;
}

const COOKIE = "jobber_connect";
const TEN_MINUTES_S = 600;

/**
 * Creates the routes of Jobber's OAuth flow. `/connect/:clientSlug` redirects the browser to
 * Jobber, which redirects it back to `/connect/callback`. Register
 * `http://localhost:3000/connect/callback` as a redirect URI of the app.
 *
 * Both routes decide which Jobber account a tenant's records come from, so both are open to this
 * machine only. In your backend, put your login before both of them. The callback trusts only what
 * the server has stored when the flow started, and each flow works once.
 */
export function connectRoutes({ api, app, tenants, onConnected }: ConnectRoutesOptions): Router {
  const router = Router();
  const pending = createPendingConnections(TEN_MINUTES_S * 1000);

  router.get("/connect/callback", localOnly, async (req, res) => {
    res.clearCookie(COOKIE, { path: "/connect" });
    const connection = pending.take(readCookie(req) ?? "");
    const tenant = tenants.find(({ slug }) => slug === connection?.tenant);
    if (connection === undefined || tenant === undefined) {
      res.status(400).json({
        error: "This browser has no connection in progress. Open /connect/<slug> to start one.",
      });
      return;
    }
    try {
      const grant = await exchangeCode({
        ...app,
        callbackUrl: new URL(req.originalUrl, redirectUri(req)),
        redirectUri: redirectUri(req),
        state: connection.state,
        codeVerifier: connection.codeVerifier,
      });
      // A tenant that lists one account can connect to that account only.
      const accountId = await api.connect(tenant.slug, grant, {
        accountIds: tenant.accountIds,
      });
      onConnected(tenant.slug);
      res.json({ connected: tenant.slug, accountId });
    } catch (error) {
      if (!isJobberSyncError(error)) throw error;
      res.status(error.status).json({ code: error.code, error: error.message });
    }
  });

  router.get("/connect/:clientSlug", localOnly, async (req, res) => {
    const tenant = tenants.find(({ slug }) => slug === req.params.clientSlug);
    if (tenant === undefined) {
      res.status(404).json({ error: "Unknown tenant." });
      return;
    }
    const { url, state, codeVerifier } = await authorizeUrl({
      ...app,
      redirectUri: redirectUri(req),
    });
    const browserSecret = pending.add({ tenant: tenant.slug, state, codeVerifier });
    // Binds the flow to this browser: another site can neither read nor set the cookie. Add Secure
    // behind https.
    res.setHeader(
      "set-cookie",
      `${COOKIE}=${browserSecret}; Path=/connect; Max-Age=${TEN_MINUTES_S}; HttpOnly; SameSite=Lax`,
    );
    res.redirect(url);
  });

  return router;
}

const localOnly: RequestHandler = (req, res, next) => {
  if (isLocalRequest(req)) next();
  else res.status(403).json({ error: "Accounts can be connected on this machine only." });
};

/**
 * Returns the redirect URI, which must be the same in both routes: open both under the same local
 * host name.
 */
function redirectUri(req: Request): string {
  return `http://${req.headers.host}/connect/callback`;
}

function readCookie(req: Request): string | undefined {
  return req.headers.cookie
    ?.split("; ")
    .find((part) => part.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}
