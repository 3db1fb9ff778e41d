import { defineDocument } from "./document.ts";

/** Works with any scope: how to learn which account a token belongs to, and whether it still does (F3.6). */
export const ACCOUNT_DOCUMENT = defineDocument<
  { readonly account: { readonly id: string } | null },
  Record<string, never>
>("query JobberSyncAccount { account { id } }");
