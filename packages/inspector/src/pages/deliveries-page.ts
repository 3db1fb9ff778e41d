import type { DeliveryInfo } from "@jobber-sync/core";
import { html } from "hono/html";
import type { DeliveryPage } from "../data/find-deliveries.ts";
import type { Html } from "./layout.ts";
import { badge, deliveryUrl, recordUrl, table, text, time } from "./parts.ts";

/** The filters of the list, as the address names them. */
export interface ListFilters {
  readonly tenant: string;
  readonly state: string;
  readonly topic: string;
  readonly object: string;
}

/** States in the order in which an operator looks at them. */
export const STATES = [
  "waiting",
  "claimed",
  "paused",
  "unresolved",
  "quarantined",
  "dead",
  "done",
] as const;

/** Renders the list of deliveries with its filters, newest first. */
export function deliveriesPage(path: string, filters: ListFilters, page: DeliveryPage): Html {
  return html`
<form method="get" action="${path}/deliveries" class="filters">
${field("tenant", "Tenant", filters.tenant)}
<label>State <select name="state"><option value="">any</option>${STATES.map((state) => (state === filters.state ? html`<option selected>${state}</option>` : html`<option>${state}</option>`))}</select></label>
${field("topic", "Topic or event", filters.topic)}
${field("object", "Object id", filters.object)}
<button>Filter</button>
</form>
${deliveryTable(path, "Deliveries", page.deliveries)}
${page.before === null ? "" : html`<p><a rel="next" href="${path}/deliveries?${olderQuery(filters, page.before)}">Older deliveries</a></p>`}`;
}

/** Renders deliveries as a table with links to each. */
export function deliveryTable(
  path: string,
  caption: string,
  deliveries: readonly DeliveryInfo[],
): Html {
  return table(
    caption,
    ["Number", "Received", "State", "Reason", "Tenant", "Topic", "Object", "Tries"],
    deliveries.map((delivery) => {
      const { sequence, receivedAt, state, reason, tenant, topic } = delivery;
      return [
        html`<a href="${deliveryUrl(path, sequence)}">${String(sequence)}</a>`,
        time(receivedAt),
        badge(state),
        text(reason),
        text(tenant),
        text(topic),
        objectLink(path, delivery),
        text(delivery.attempts + delivery.retries),
      ];
    }),
  );
}

/** Renders the object of a delivery, with a link to its record if it has one. */
export function objectLink(
  path: string,
  object: Pick<DeliveryInfo, "tenant" | "objectType" | "objectId">,
): Html {
  const url = recordUrl(path, object);
  const shown = html`${object.objectType} <code>${object.objectId}</code>`;
  return url === null ? shown : html`<a href="${url}">${shown}</a>`;
}

function field(name: string, label: string, value: string): Html {
  return html`<label>${label} <input name="${name}" value="${value}" autocomplete="off"></label>`;
}

function olderQuery(filters: ListFilters, before: number): string {
  const given = Object.entries(filters).filter(([, value]) => value !== "");
  return new URLSearchParams([...given, ["before", String(before)]]).toString();
}
