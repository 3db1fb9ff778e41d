import type { ContactRecord, JobRecord } from "@jobber-sync/core";
import { html } from "hono/html";
import type { Html } from "./layout.ts";
import { recordUrl, table, text, time } from "./parts.ts";

/** The data of the list of records. */
export interface RecordList {
  readonly path: string;
  readonly tenants: readonly string[];
  readonly tenant: string;
  readonly type: "job" | "client";
  readonly records: readonly (JobRecord | ContactRecord)[];
  /** Where the next page begins; `null` when there is none. */
  readonly after: string | null;
}

/** Renders the records of a tenant, in the order of their ids. Shows no customer's data. */
export function recordsPage({ path, tenants, tenant, type, records, after }: RecordList): Html {
  return html`
<form method="get" action="${path}/records" class="filters">
<label>Tenant <input name="tenant" list="tenants" value="${tenant}" required autocomplete="off"></label>
<datalist id="tenants">${tenants.map((slug) => html`<option value="${slug}"></option>`)}</datalist>
<label>Type <select name="type">${(["job", "client"] as const).map((name) => (name === type ? html`<option selected>${name}</option>` : html`<option>${name}</option>`))}</select></label>
<label>Id <input name="id" autocomplete="off"></label>
<button>Show</button>
</form>
${table(
  type === "job" ? "Jobs" : "Clients",
  ["Id", "Number", "Status", "Changed in Jobber", "Deleted"],
  records.map((record) => {
    const objectId = idOf(record);
    const url = recordUrl(path, { tenant, objectType: type, objectId }) ?? "";
    return [
      html`<a href="${url}"><code>${objectId}</code></a>`,
      text("jobNumber" in record ? record.jobNumber : null),
      text("status" in record ? record.status : null),
      time(record.sourceUpdatedAt),
      time(record.deletedAt),
    ];
  }),
)}
${after === null ? "" : html`<p><a rel="next" href="${path}/records?${new URLSearchParams({ tenant, type, after }).toString()}">Next records</a></p>`}`;
}

/** Returns Jobber's id of a record. */
export function idOf(record: JobRecord | ContactRecord): string {
  return "jobberJobId" in record ? record.jobberJobId : record.jobberClientId;
}
