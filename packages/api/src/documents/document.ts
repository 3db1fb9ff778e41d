declare const response: unique symbol;

/**
 * The text of a GraphQL document that knows what it asks for and what comes back. Values travel as variables, never inside the text.
 */
export type Document<Data, Variables> = string & {
  readonly [response]?: (variables: Variables) => Data;
};

/**
 * Brands the text of a document of your own, for `JobberApi.request`. The types are what you say they are: nothing checks them.
 *
 * @example
 * ```ts
 * import { defineDocument } from "@jobber-sync/api";
 *
 * const EDIT_TITLE = defineDocument<
 *   { jobEdit: { userErrors: { path: string[] }[] } },
 *   { jobId: string; title: string }
 * >(`mutation($jobId: EncodedId!, $title: String!) {
 *   jobEdit(jobId: $jobId, input: { title: $title }) { userErrors { message path } }
 * }`);
 * ```
 */
export function defineDocument<Data, Variables>(text: string): Document<Data, Variables> {
  return text.replace(/\s+/g, " ").trim();
}
