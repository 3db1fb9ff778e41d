import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { type Document, defineDocument } from "./document.ts";
import type { ExtraText } from "./extra-text.ts";

/** Reads a client. */
export function clientDocument(
  extra: ExtraText,
): Document<{ readonly client: ClientData | null }, { readonly id: string }> {
  return defineDocument(
    `query JobberSyncClient($id: EncodedId!) { client(id: $id) { ${CLIENT_FIELDS} ${extra.client} } }`,
  );
}
