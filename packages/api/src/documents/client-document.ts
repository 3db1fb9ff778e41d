import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { defineDocument } from "./document.ts";

export const CLIENT_DOCUMENT = defineDocument<
  { readonly client: ClientData | null },
  { readonly id: string }
>(`query JobberSyncClient($id: EncodedId!) { client(id: $id) { ${CLIENT_FIELDS} } }`);
