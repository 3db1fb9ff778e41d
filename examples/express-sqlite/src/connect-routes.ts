import { authorizeUrl, exchangeCode, type JobberApi } from "@jobber-sync/api";
import { isJobberSyncError, type Tenant } from "@jobber-sync/core";
import { type ApiSettings, isLocalRequest } from "@jobber-sync-examples/backend";
import { type Request, Router } from "express";

/** What the routes need. */
export interface ConnectRoutesOptions {
  readonly api: JobberApi;
  readonly app: ApiSettings;
  readonly tenants: readonly Tenant[];
  readonly onConnected: (tenant: string) => void;
}

const COOKIE = "jobber_connect";
const TEN_MINUTES_S = 600;

/**
 * Jobber's OAuth flow: `/connect/:clientSlug` sends the browser to Jobber, `/connect/callback` is where Jobber sends it back. Register
 * `http://localhost:3000/connect/callback` as a redirect URI of the app.
 *
 * Whoever opens the first one decides whose records the account becomes, so it is open to this machine only. In a backend of yours your own
 * login goes there.
 */
export function connectRoutes({ api, app, tenants, onConnected }: ConnectRoutesOptions): Router {
  const router = Router();

  router.get("/connect/callback", async (req, res) => {
    const [slug = "", state = "", codeVerifier = ""] = readCookie(req)?.split(".") ?? [];
    res.clearCookie(COOKIE, { path: "/connect" });
    const tenant = tenants.find((one) => one.slug === decodeURIComponent(slug));
    if (tenant === undefined) {
      res
        .status(400)
        .json({ error: "Nothing was begun in this browser. Open /connect/<slug> first." });
      return;
    }
    try {
      const grant = await exchangeCode({
        ...app,
        callbackUrl: new URL(req.originalUrl, redirectUri(req)),
        redirectUri: redirectUri(req),
        state,
        codeVerifier,
      });
      // A tenant that lists its accounts must not be connected to another one.
      const accountId = await api.connect(tenant.slug, grant, {
        accountId: onlyAccount(tenant),
      });
      onConnected(tenant.slug);
      res.json({ connected: tenant.slug, accountId });
    } catch (error) {
      if (!isJobberSyncError(error)) throw error;
      res.status(error.status).json({ code: error.code, error: error.message });
    }
  });

  router.get("/connect/:clientSlug", async (req, res) => {
    const tenant = tenants.find(({ slug }) => slug === req.params.clientSlug);
    if (!isLocalRequest(req))
      res.status(403).json({ error: "Accounts are connected on this machine only." });
    else if (tenant === undefined) res.status(404).json({ error: "There is no such tenant." });
    else {
      const { url, state, codeVerifier } = await authorizeUrl({
        ...app,
        redirectUri: redirectUri(req),
      });
      // Says to the callback that it is the same browser; a page of somebody else's cannot read or set it. Add Secure behind https.
      res.setHeader(
        "set-cookie",
        `${COOKIE}=${encodeURIComponent(tenant.slug)}.${state}.${codeVerifier}; Path=/connect; Max-Age=${TEN_MINUTES_S}; HttpOnly; SameSite=Lax`,
      );
      res.redirect(url);
    }
  });

  return router;
}

/** The same in both routes, as the flow demands: they are opened under the same local name. */
function redirectUri(req: Request): string {
  return `http://${req.headers.host}/connect/callback`;
}

function readCookie(req: Request): string | undefined {
  return req.headers.cookie
    ?.split("; ")
    .find((part) => part.startsWith(`${COOKIE}=`))
    ?.slice(COOKIE.length + 1);
}

function onlyAccount({ accountIds }: Tenant): string | undefined {
  return accountIds?.length === 1 ? accountIds[0] : undefined;
}
