import type { ObjectType } from "@jobber-sync/core";
import type { RecordSource } from "@jobber-sync/core/ports";
import { type Document, defineDocument } from "./documents/document.ts";
import { checkSelection } from "./extra/prepare-selection.ts";
import { unexpected } from "./mapping/read-values.ts";
import type { ApiRequest } from "./request.ts";

/** The query of each type; `null` for types that Jobber cannot look up by id. */
const ROOT_FIELDS: Readonly<Record<ObjectType, string | null>> = {
  account: null,
  client: "client",
  property: "property",
  request: "request",
  quote: "quote",
  job: "job",
  visit: "visit",
  invoice: "invoice",
  payment: "paymentRecord",
  payout: "payoutRecord",
  product_or_service: "productOrService",
  timesheet: "timeSheetEntry",
  expense: "expense",
  user: "user",
  on_my_way_tracking_link: null,
  marketing_item: "marketingItem",
  unknown: null,
};

// Selections are written into programs, so they are few; text built per call is not kept.
const MAX_DOCUMENTS = 200;

type ObjectDocument = Document<{ readonly object?: unknown }, { readonly id: string }>;

/** Creates `RecordSource.read`: one query for one object, with a selection of the user's. */
export function createReadObject(request: ApiRequest): NonNullable<RecordSource["read"]> {
  const documents = new Map<string, ObjectDocument>();

  function documentOf(type: ObjectType, selection: string): ObjectDocument {
    const key = `${type}:${selection}`;
    const known = documents.get(key);
    if (known !== undefined) return known;
    const document = objectDocument(type, selection);
    if (documents.size < MAX_DOCUMENTS) documents.set(key, document);
    return document;
  }

  return async (tenant, { type, id }, selection, { signal }) => {
    const document = documentOf(type, selection);
    const { object } = await request(tenant, document, { id }, { signal });
    if (object === null) return null;
    if (typeof object !== "object") throw unexpected(type);
    return object;
  };
}

/**
 * Returns the query that reads an object.
 *
 * @throws {TypeError} for a type that cannot be read by id, or text that is not a selection
 */
export function objectDocument(type: ObjectType, selection: string): ObjectDocument {
  const field = ROOT_FIELDS[type];
  if (field === null)
    throw new TypeError(`Jobber has no query for a single object of type ${type}.`);
  const checked = checkSelection(selection, "the selection of fetch");
  return defineDocument(
    `query JobberSyncObject($id: EncodedId!) { object: ${field}(id: $id) { ${checked} } }`,
  );
}
