import type { DeliveryFilter, DeliveryState } from "@jobber-sync/core";
import type { Context, Hono } from "hono";
import { explainValues } from "./data/explain-values.ts";
import { findDeliveries, newestSequence, WINDOW } from "./data/find-deliveries.ts";
import { type Env, type RouteContext, respond } from "./inspector-env.ts";
import { deliveriesPage, type ListFilters, STATES } from "./pages/deliveries-page.ts";
import { deliveryPage } from "./pages/delivery-page.ts";
import { overviewPage, SAMPLE } from "./pages/overview-page.ts";
import { recordUrl } from "./pages/parts.ts";
import { recordPage } from "./pages/record-page.ts";
import { idOf, recordsPage } from "./pages/records-page.ts";
import { tenantPage, tenantsPage } from "./pages/tenants-page.ts";

const RECORDS = 50;
const OF_RECORD = 20;

/** Adds the pages. They read, one short statement at a time. */
export function addPageRoutes(app: Hono<Env>, context: RouteContext): void {
  const { sync, path, now, actions } = context;

  app.get(path, async (c) => {
    const health = await sync.health();
    const newest = await sync.inbox.list({ newestFirst: true, limit: SAMPLE });
    const content = overviewPage({ path, health, newest, now: now() });
    return respond(c, context, { title: "Overview", section: "overview" }, content);
  });

  app.get(`${path}/deliveries`, async (c) => {
    const filters = filtersOf(c);
    const page = await findDeliveries(sync, filterOf(filters), numberOf(c.req.query("before")));
    const content = deliveriesPage(path, filters, page);
    return respond(c, context, { title: "Deliveries", section: "deliveries" }, content);
  });

  app.get(`${path}/deliveries/:sequence{[0-9]+}`, (c) => renderDelivery(c, context, false));

  app.get(`${path}/records`, async (c) => {
    const tenants = (await sync.connections()).map(({ tenant }) => tenant);
    const { tenant = tenants[0] ?? "", id, after } = c.req.query();
    const type = c.req.query("type") === "client" ? "client" : "job";
    const url = id ? recordUrl(path, { tenant, objectType: type, objectId: id }) : null;
    if (url !== null) return c.redirect(url);
    const options = { limit: RECORDS + 1, afterId: after };
    const found =
      type === "job"
        ? await sync.store.jobs(tenant, options)
        : await sync.store.contacts(tenant, options);
    const records = found.slice(0, RECORDS);
    const last = records.at(-1);
    const next = found.length > RECORDS && last !== undefined ? idOf(last) : null;
    const content = recordsPage({ path, tenants, tenant, type, records, after: next });
    return respond(c, context, { title: "Records", section: "records" }, content);
  });

  app.get(`${path}/records/:tenant/:type{job|client}/:id`, (c) => renderRecord(c, context, false));

  app.get(`${path}/tenants`, async (c) => {
    const [connections, { deliveries: stats }] = [await sync.connections(), await sync.health()];
    const content = tenantsPage({ path, connections, stats, now: now() });
    return respond(c, context, { title: "Tenants", section: "tenants" }, content);
  });

  app.get(`${path}/tenants/:tenant`, async (c) => {
    const tenant = c.req.param("tenant");
    const [connections, { deliveries: stats }] = [await sync.connections(), await sync.health()];
    const newest = await newestOf(context, { tenant, limit: SAMPLE });
    const token = context.tokens.create(c.get("user"));
    const view = { path, tenant, connections, stats, newest, actions, token, now: now() };
    return respond(c, context, { title: tenant, section: "tenants" }, tenantPage(view));
  });
}

/** Renders a delivery's page; with its body and error when an operator asked for them. */
export async function renderDelivery(c: Context<Env>, context: RouteContext, reveals: boolean) {
  const { sync, path, actions, tokens } = context;
  const sequence = Number(c.req.param("sequence"));
  const [delivery] = await sync.inbox.list({ sequences: [sequence] });
  if (delivery === undefined) return c.notFound();
  const token = tokens.create(c.get("user"));
  const bytes = reveals ? await sync.inbox.body(sequence) : null;
  const body = bytes === null ? null : new TextDecoder().decode(bytes);
  const revealed = reveals ? { body } : null;
  const content = deliveryPage({ path, delivery, actions, token, revealed });
  const title = `Delivery ${sequence}`;
  return respond(c, context, { title, section: "deliveries" }, content);
}

/** Renders a record's page; with customers' data when an operator asked for it. */
export async function renderRecord(c: Context<Env>, context: RouteContext, reveals: boolean) {
  const { sync, path, tokens } = context;
  const { tenant = "", id = "" } = c.req.param();
  const type = c.req.param("type") === "client" ? "client" : "job";
  const record =
    type === "job" ? await sync.store.job(tenant, id) : await sync.store.contact(tenant, id);
  if (record === null) return c.notFound();
  const object = { tenant, objectType: type, objectId: id } as const;
  const why = await explainValues(sync, { tenant, type, id });
  const deliveries = await newestOf(context, { ...object, limit: OF_RECORD });
  const changes = (await sync.changes?.list({ tenant, objectType: type, objectId: id })) ?? [];
  const url = recordUrl(path, object) ?? "";
  const token = tokens.create(c.get("user"));
  const content = recordPage({
    path,
    url,
    record,
    why,
    deliveries,
    changes,
    token,
    revealed: reveals,
  });
  const number = "jobNumber" in record ? record.jobNumber : null;
  const title = type === "client" ? "Client" : number === null ? "Job" : `Job ${number}`;
  return respond(c, context, { title, section: "records" }, content);
}

async function newestOf({ sync }: RouteContext, filter: DeliveryFilter) {
  const afterSequence = Math.max(0, (await newestSequence(sync)) - WINDOW);
  return sync.inbox.list({ ...filter, afterSequence, newestFirst: true });
}

function filtersOf(c: Context<Env>): ListFilters {
  const { tenant = "", topic = "", object = "" } = c.req.query();
  const asked = c.req.query("state") ?? "";
  const state = STATES.find((name) => name === asked) ?? "";
  return { tenant, topic, object, state };
}

function filterOf({ tenant, topic, object, state }: ListFilters): DeliveryFilter {
  return {
    tenant: tenant || undefined,
    topic: topic || undefined,
    objectId: object || undefined,
    states: state === "" ? undefined : [state as DeliveryState],
  };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
