import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { type Document, defineDocument } from "./document.ts";
import type { ExtraText } from "./extra-text.ts";
import { type JobWithClientData, jobWithClientFields } from "./job-document.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

/** A property with its client and a page of its jobs. */
export interface PropertyData {
  readonly client: ClientData | null;
  readonly jobs: PageData<JobWithClientData>;
}

/** Reads a property's client and jobs: a property is stored only as their address. */
export function propertyDocument(
  extra: ExtraText,
): Document<{ readonly property: PropertyData | null }, PageVariables & { readonly id: string }> {
  return defineDocument(`
    query JobberSyncProperty($id: EncodedId!, $first: Int!, $after: String) {
      property(id: $id) {
        client { ${CLIENT_FIELDS} ${extra.client} }
        jobs(first: $first, after: $after) { nodes { ${jobWithClientFields(extra)} } ${PAGE_INFO} }
      }
    }
  `);
}
