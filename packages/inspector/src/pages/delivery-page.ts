import type { DeliveryInfo } from "@jobber-sync/core";
import { html } from "hono/html";
import type { InspectorAction } from "../options.ts";
import { objectLink } from "./deliveries-page.ts";
import type { Html } from "./layout.ts";
import { badge, deliveryUrl, facts, postButton, text, time } from "./parts.ts";

/** The data of one delivery's page. */
export interface DeliveryView {
  readonly path: string;
  readonly delivery: DeliveryInfo;
  readonly actions: ReadonlySet<InspectorAction>;
  readonly token: string;
  /** The body that an operator asked to see; `null` before. */
  readonly revealed: { readonly body: string | null } | null;
}

/** Renders one delivery: its life so far, its error, and its body once asked for. */
export function deliveryPage(view: DeliveryView): Html {
  const { path, delivery, actions, token, revealed } = view;
  const url = deliveryUrl(path, delivery.sequence);
  const failed = ["quarantined", "unresolved", "dead"].includes(delivery.state);
  const discardable = failed || ["paused", "waiting"].includes(delivery.state);
  return html`
${facts([
  ["State", badge(delivery.state)],
  ["Tenant", text(delivery.tenant)],
  ["Topic", text(delivery.topic)],
  ["Object", objectLink(path, delivery)],
  ["Delivery key", html`<code>${delivery.deliveryKey}</code>`],
  ["Body", text(delivery.bodyBytes === null ? "erased" : `${delivery.bodyBytes} bytes`)],
])}
<h2>Timeline</h2>
<ol class="timeline">${timeline(delivery).map((step) => html`<li>${step}</li>`)}</ol>
<h2>Body and error</h2>
${revealed === null ? hidden(url, token) : shown(delivery, revealed.body)}
${actions.has("replay") && failed ? postButton({ action: `${url}/replay`, token, label: "Process again" }) : ""}
${actions.has("discard") && discardable ? postButton({ action: `${url}/discard`, token, label: "Delete this delivery" }) : ""}`;
}

function hidden(url: string, token: string): Html {
  return html`<p>The body and the error message may contain customers' data. Showing them is logged.</p>
${postButton({ action: url, token, label: "Show body and error" })}`;
}

function shown({ error }: DeliveryInfo, body: string | null): Html {
  return html`
<h3>Error</h3>
${error === null ? html`<p>none</p>` : html`<pre>${error}</pre>`}
<h3>Body</h3>
${body === null ? html`<p>The body was erased.</p>` : html`<pre>${body}</pre>`}`;
}

function timeline(delivery: DeliveryInfo): readonly Html[] {
  const { receivedAt, dueAt, state, reason, attempts, retries } = delivery;
  const tries = attempts + retries;
  const steps: Html[] = [html`${time(receivedAt)} received, verified and stored`];
  if (tries > 0) steps.push(html`${tries === 1 ? "1 try" : `${tries} tries`} without success`);
  if (state === "waiting") steps.push(html`to be processed at ${time(dueAt)}`);
  if (state === "claimed") steps.push(html`a worker is processing it`);
  if (state === "done") steps.push(html`written, and its handlers have run`);
  if (state === "paused") steps.push(html`paused until its tenant is connected again`);
  if (state === "unresolved") steps.push(html`waits for a source that can read its record`);
  if (state === "quarantined") steps.push(html`quarantined: ${text(reason)}`);
  if (state === "dead") steps.push(html`retries exhausted: ${text(reason)}`);
  return steps;
}
