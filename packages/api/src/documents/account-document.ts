import { defineDocument } from "./document.ts";

/**
 * Reads the account a token belongs to. The query works with any scope
 * (docs/jobber-facts.md#account).
 */
export const ACCOUNT_DOCUMENT = defineDocument<
  { readonly account: { readonly id: string } | null },
  Record<string, never>
>("query JobberSyncAccount { account { id } }");
