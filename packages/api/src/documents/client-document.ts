import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { type Document, defineDocument } from "./document.ts";
import { type ExtraText, NO_EXTRA } from "./extra-text.ts";

/** Reads a client. */
export function clientDocument(
  extra: ExtraText,
): Document<{ readonly client: ClientData | null }, { readonly id: string }> {
  return defineDocument(
    `query JobberSyncClient($id: EncodedId!) { client(id: $id) { ${CLIENT_FIELDS} ${extra.client} } }`,
  );
}

export const CLIENT_DOCUMENT = clientDocument(NO_EXTRA);
