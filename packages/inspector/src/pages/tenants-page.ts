import type { DeliveryInfo, DeliveryStats } from "@jobber-sync/core";
import { html } from "hono/html";
import type { InspectedConnection } from "../inspected-sync.ts";
import type { InspectorAction } from "../options.ts";
import type { Html } from "./layout.ts";
import { badge, deliveryUrl, duration, facts, postButton, table, text, time } from "./parts.ts";

/** The data of the list of tenants. */
export interface TenantList {
  readonly path: string;
  readonly connections: readonly InspectedConnection[];
  readonly stats: readonly DeliveryStats[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Renders every tenant's connection, token age, last reconcile and open deliveries. */
export function tenantsPage({ path, connections, stats, now }: TenantList): Html {
  return table(
    "Tenants",
    ["Tenant", "Connection", "Connected", "Token age", "Reconciled", "Not done"],
    connections.map((connection) => [
      html`<a href="${path}/tenants/${encodeURIComponent(connection.tenant)}">${connection.tenant}</a>`,
      badge(connection.state),
      time(connection.connectedAt),
      html`${duration(now - connection.obtainedAt)}`,
      time(connection.reconciledAt),
      open(stats, connection.tenant),
    ]),
  );
}

/** The data of one tenant's page. */
export interface TenantView extends TenantList {
  readonly tenant: string;
  /** The newest deliveries of the tenant, in which topics are looked for. */
  readonly newest: readonly DeliveryInfo[];
  readonly actions: ReadonlySet<InspectorAction>;
  readonly token: string;
}

/** Renders one tenant: connection, last delivery per topic, and what may be done. */
export function tenantPage(view: TenantView): Html {
  const { path, tenant, connections, stats, newest, actions, token, now } = view;
  const connection = connections.find((one) => one.tenant === tenant);
  const url = `${path}/tenants/${encodeURIComponent(tenant)}`;
  return html`
${connection === undefined ? html`<p>This tenant was never connected.</p>` : connectionFacts(connection, now)}
<p>Not done: ${open(stats, tenant)}</p>
${table(
  "Last webhook per topic",
  ["Topic", "Received"],
  Object.entries(connection?.lastWebhooks ?? {}).map(([topic, at]) => [text(topic), time(at)]),
)}
${table(
  "Newest delivery per topic",
  ["Topic", "Received", "Delivery"],
  lastPerTopic(newest).map(({ topic, receivedAt, sequence }) => [
    text(topic),
    time(receivedAt),
    html`<a href="${deliveryUrl(path, sequence)}">${String(sequence)}</a>`,
  ]),
)}
${actions.has("resume") ? postButton({ action: `${url}/resume`, token, label: "Resume paused deliveries" }) : ""}
${actions.has("reconcile") ? postButton({ action: `${url}/reconcile`, token, label: "Reconcile now" }) : ""}`;
}

function connectionFacts(connection: InspectedConnection, now: number): Html {
  const { state, accountId, connectedAt, obtainedAt, expiresAt, silentSince } = connection;
  return facts([
    ["Connection", badge(state)],
    ["Account", html`<code>${accountId}</code>`],
    ["Connected", time(connectedAt)],
    ["Token obtained", html`${time(obtainedAt)} (${duration(now - obtainedAt)} ago)`],
    ["Token expires", html`${time(expiresAt)}; it is refreshed on demand`],
    ["Reconciled", time(connection.reconciledAt)],
    ["Webhooks", silentSince === null ? html`arriving` : html`silent since ${time(silentSince)}`],
  ]);
}

function open(stats: readonly DeliveryStats[], tenant: string): Html {
  const own = stats.filter((row) => row.tenant === tenant);
  return html`${own.map(({ state, rows }) => `${rows} ${state}`).join(", ") || "none"}`;
}

function lastPerTopic(newest: readonly DeliveryInfo[]): readonly DeliveryInfo[] {
  const seen = new Map<string, DeliveryInfo>();
  for (const delivery of newest)
    if (!seen.has(delivery.topic ?? "")) seen.set(delivery.topic ?? "", delivery);
  return [...seen.values()];
}
