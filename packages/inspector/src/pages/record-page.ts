import type { ChangeInfo, ContactRecord, DeliveryInfo, JobRecord } from "@jobber-sync/core";
import { html } from "hono/html";
import type { Explanation } from "../data/explain-values.ts";
import { isVisible } from "../data/visible-fields.ts";
import { deliveryTable } from "./deliveries-page.ts";
import type { Html } from "./layout.ts";
import { badge, deliveryUrl, postButton, table, text, time } from "./parts.ts";

/** The data of one record's page. */
export interface RecordView {
  readonly path: string;
  /** The address of the page. */
  readonly url: string;
  readonly record: JobRecord | ContactRecord;
  readonly why: ReadonlyMap<string, Explanation>;
  /** The newest deliveries of the record. */
  readonly deliveries: readonly DeliveryInfo[];
  /** The record's changes that are kept, oldest first. */
  readonly changes: readonly ChangeInfo[];
  readonly token: string;
  /** Whether an operator asked for customers' data. */
  readonly revealed: boolean;
}

/** Renders one record: its fields, and the delivery behind each value. */
export function recordPage(view: RecordView): Html {
  const { path, url, record, why, deliveries, token, revealed } = view;
  const fields = Object.entries(record).filter(([name]) => name !== "tenant");
  return html`
${revealed ? "" : html`<p>Names, addresses and other data of customers are hidden. Showing them is logged.</p>${postButton({ action: url, token, label: "Show all values" })}`}
${table(
  "Fields",
  ["Field", "Value", "Why this value"],
  fields.map(([name, value]) => [
    html`<code>${name}</code>`,
    value === null || revealed || isVisible(name) ? text(value) : html`<em>hidden</em>`,
    reason(path, why.get(name)),
  ]),
)}
${changeTable(view.changes)}
${deliveryTable(path, "Newest deliveries of this record", deliveries)}`;
}

function changeTable(changes: readonly ChangeInfo[]): Html {
  return table(
    "Changes of this record, oldest first",
    ["Number", "Committed", "Cause", "Of", "State", "Tries"],
    changes.map(({ sequence, at, cause, ref, state, attempts, initial, replay }) => [
      html`${String(sequence)}${initial ? " (initial)" : replay ? " (replay)" : ""}`,
      time(at),
      text(cause),
      ref === null ? text(null) : html`<code>${ref}</code>`,
      badge(state),
      text(attempts),
    ]),
  );
}

function reason(path: string, explanation: Explanation | undefined): Html {
  if (explanation === undefined) return html`–`;
  const { delivery, by, sourceUpdatedAt } = explanation;
  const at = sourceUpdatedAt === null ? "" : html`, changed at ${time(sourceUpdatedAt)}`;
  if (delivery === null) return html`read by reconcile, or with another record${at}`;
  const link = html`<a href="${deliveryUrl(path, delivery.sequence)}">${String(delivery.sequence)}</a>`;
  const verb = by === "snapshot" ? "carried by" : "fetched after";
  return html`${verb} ${delivery.topic ?? "delivery"} ${link}${at}`;
}
