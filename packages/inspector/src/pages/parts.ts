import { html } from "hono/html";
import type { Html } from "./layout.ts";

/** Renders a time for people and programs; a dash for none. */
export function time(at: number | string | null | undefined): Html {
  if (at === null || at === undefined) return html`–`;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return html`${String(at)}`;
  const iso = date.toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")}</time>`;
}

const UNITS = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
] as const;

/** Returns a duration in its largest unit, such as "3 h". */
export function duration(ms: number): string {
  for (const [unit, name] of UNITS) if (ms >= unit) return `${Math.floor(ms / unit)} ${name}`;
  return `${Math.max(0, Math.floor(ms / 1000))} s`;
}

/** Renders a table that scrolls by itself when it is wider than the page. */
export function table(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly Html[])[],
): Html {
  if (rows.length === 0) return html`<p class="none">${caption}: none.</p>`;
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map((cells) => html`<tr>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div>`;
}

/** Renders names and values. */
export function facts(list: readonly (readonly [name: string, value: Html])[]): Html {
  return html`<dl>${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Renders text as it is, or a dash for none. */
export function text(value: unknown): Html {
  if (value === null || value === undefined || value === "") return html`–`;
  return html`${typeof value === "object" ? JSON.stringify(value) : String(value)}`;
}

/** Renders the state of something as a word with a color. */
export function badge(word: string): Html {
  return html`<span class="badge ${/^[a-z_]+$/.test(word) ? word : ""}">${word.replaceAll("_", " ")}</span>`;
}

/** A form that posts to the inspector. */
export interface PostForm {
  readonly action: string;
  readonly token: string;
  readonly label: string;
  readonly fields?: Readonly<Record<string, string>> | undefined;
}

/** Renders a button that posts. */
export function postButton({ action, token, label, fields = {} }: PostForm): Html {
  return html`<form method="post" action="${action}">
<input type="hidden" name="csrf" value="${token}">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
<button>${label}</button>
</form>`;
}

/** Returns the URL of a delivery's page. */
export function deliveryUrl(path: string, sequence: number): string {
  return `${path}/deliveries/${sequence}`;
}

/** Returns the URL of a record's page; `null` for objects that are no records. */
export function recordUrl(
  path: string,
  { tenant, objectType, objectId }: { tenant: string; objectType: string; objectId: string },
): string | null {
  if (tenant === "" || (objectType !== "job" && objectType !== "client")) return null;
  const parts = [tenant, objectType, objectId].map(encodeURIComponent);
  return `${path}/records/${parts.join("/")}`;
}
