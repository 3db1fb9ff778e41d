import { isJobberSyncError } from "@jobber-sync/core";
import type { Document } from "../documents/document.ts";
import type { Documents } from "../documents/documents.ts";
import type { ExtraSelections, ExtraType } from "./extra-selections.ts";

/** A query whose document depends on the selections it reads. */
export interface ExtraQuery<Data, Variables> {
  readonly tenant: string;
  /** The types whose selections the document can read. */
  readonly types: readonly ExtraType[];
  readonly documentOf: (documents: Documents) => Document<Data, Variables>;
  readonly send: (document: Document<Data, Variables>) => Promise<Data>;
}

/**
 * Sends a query with the selections of `extra`. When Jobber hides something from the app, the query
 * is sent without them: if that works, the hidden selection is dropped for the tenant, and the
 * records are read without it. The API's `missingPermission` hook names what was hidden.
 *
 * @throws {JobberSyncError} `ERR_API_PERMISSION` only when the query without `extra` needs a
 * missing permission, too
 */
export async function askWithExtra<Data, Variables>(
  extra: ExtraSelections,
  { tenant, types, documentOf, send }: ExtraQuery<Data, Variables>,
): Promise<Data> {
  const wanted = types.filter((type) => extra[type] !== null && !extra.isHidden(tenant, type));
  const ask = (chosen: readonly ExtraType[]): Promise<Data> =>
    send(documentOf(extra.documents(chosen)));
  const hidden = async (chosen: readonly ExtraType[]): Promise<Data | null> => {
    try {
      return await ask(chosen);
    } catch (error) {
      if (isJobberSyncError(error) && error.code === "ERR_API_PERMISSION") return null;
      throw error;
    }
  };
  if (wanted.length === 0) return ask([]);
  const complete = await hidden(wanted);
  if (complete !== null) return complete;
  const bare = await ask([]);
  // With both selections in the document, find out which one is hidden.
  for (const type of wanted.length > 1 ? wanted : []) {
    const data = await hidden([type]);
    if (data === null) continue;
    for (const other of wanted) if (other !== type) extra.hide(tenant, other);
    return data;
  }
  for (const type of wanted) extra.hide(tenant, type);
  return bare;
}
