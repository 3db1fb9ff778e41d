import type { DeliveryInfo } from "@jobber-sync/core";
import { html } from "hono/html";
import type { InspectedHealth } from "../inspected-sync.ts";
import type { Html } from "./layout.ts";
import { badge, duration, table } from "./parts.ts";

/** The data of the overview. */
export interface Overview {
  readonly path: string;
  readonly health: InspectedHealth;
  /** The newest deliveries, at most {@link SAMPLE}. */
  readonly newest: readonly DeliveryInfo[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Deliveries that the throughput is counted in. */
export const SAMPLE = 1000;
const HOUR_MS = 3_600_000;

/** Renders health, backlog per tenant and state, and throughput. */
export function overviewPage({ path, health, newest, now }: Overview): Html {
  const { level, reasons, deliveries } = health;
  const recent = newest.filter(({ receivedAt }) => now - receivedAt < HOUR_MS).length;
  const more = recent === SAMPLE ? "at least " : "";
  return html`
<p>Health: ${badge(level)}</p>
${reasons.length === 0 ? "" : html`<ul>${reasons.map((reason) => html`<li>${badge(reason.level)} ${reason.tenant === null ? "" : html`<strong>${reason.tenant}</strong> `}${reason.message}</li>`)}</ul>`}
<p>${more}${recent === 1 ? "1 delivery" : `${recent} deliveries`} in the last hour.</p>
${table(
  "Deliveries that are not done",
  ["Tenant", "State", "Rows", "Oldest"],
  deliveries.map(({ tenant, state, rows, oldestAgeMs }) => [
    html`${tenant || "(none)"}`,
    badge(state),
    html`<a href="${path}/deliveries?${query({ tenant, state })}">${String(rows)}</a>`,
    html`${duration(oldestAgeMs)}`,
  ]),
)}`;
}

function query(values: Readonly<Record<string, string>>): string {
  return new URLSearchParams(values).toString();
}
