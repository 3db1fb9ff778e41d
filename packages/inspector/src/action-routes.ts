import type { Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { csrf } from "hono/csrf";
import type { Env, RouteContext } from "./inspector-env.ts";
import type { InspectorAction } from "./options.ts";
import { renderDelivery, renderRecord } from "./page-routes.ts";
import { deliveryUrl } from "./pages/parts.ts";

const MAX_FORM_BYTES = 64 * 1024;

/** Adds what posts: showing customers' data, and the actions. Each needs a token of its page. */
export function addActionRoutes(app: Hono<Env>, context: RouteContext): void {
  const { sync, path, tokens, logger, actions } = context;

  app.use(csrf());
  app.use(bodyLimit({ maxSize: MAX_FORM_BYTES }));
  app.post("*", async (c, next) => {
    const { csrf: token } = await c.req.parseBody();
    if (typeof token !== "string" || !tokens.accepts(token, c.get("user")))
      return c.text("This form has expired. Open its page again.", 403);
    return next();
  });

  app.post(`${path}/deliveries/:sequence{[0-9]+}`, (c) => {
    const sequence = c.req.param("sequence");
    logger.info({ user: c.get("user"), sequence }, "inspector: a delivery's body was shown");
    return renderDelivery(c, context, true);
  });
  app.post(`${path}/records/:tenant/:type{job|client}/:id`, (c) => {
    const { tenant, type, id } = c.req.param();
    logger.info({ user: c.get("user"), tenant, type, id }, "inspector: a record's data was shown");
    return renderRecord(c, context, true);
  });

  const act = (
    name: InspectorAction,
    route: string,
    run: (c: Context<Env>) => Promise<{ readonly url: string; readonly changed: boolean }>,
  ) => {
    if (!actions.has(name)) return;
    app.post(`${path}${route}/${name}`, async (c) => {
      const { url, changed } = await run(c);
      const on = c.req.param();
      logger.info(
        { user: c.get("user"), action: name, ...on, changed },
        "inspector: an action ran",
      );
      return c.redirect(`${url}?done=${changed ? name : "unchanged"}`, 303);
    });
  };

  act("replay", "/deliveries/:sequence{[0-9]+}", async (c) => {
    const sequence = Number(c.req.param("sequence"));
    const states = ["quarantined", "unresolved", "dead"] as const;
    const changed = (await sync.inbox.replay({ sequences: [sequence], states })) > 0;
    return { url: deliveryUrl(path, sequence), changed };
  });
  act("discard", "/deliveries/:sequence{[0-9]+}", async (c) => {
    const sequence = Number(c.req.param("sequence"));
    const states = ["quarantined", "unresolved", "dead", "paused", "waiting"] as const;
    const changed = (await sync.inbox.discard({ sequences: [sequence], states })) > 0;
    return { url: changed ? `${path}/deliveries` : deliveryUrl(path, sequence), changed };
  });
  act("resume", "/tenants/:tenant", async (c) => {
    const tenant = c.req.param("tenant") ?? "";
    const changed = (await sync.inbox.resume(tenant)) > 0;
    return { url: `${path}/tenants/${encodeURIComponent(tenant)}`, changed };
  });
  act("reconcile", "/tenants/:tenant", async (c) => {
    const tenant = c.req.param("tenant") ?? "";
    // Runs in the background: a backfill takes its time.
    void sync.reconciler?.soon(tenant);
    const changed = sync.reconciler !== null;
    return { url: `${path}/tenants/${encodeURIComponent(tenant)}`, changed };
  });
}
