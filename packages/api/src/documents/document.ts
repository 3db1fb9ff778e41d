declare const response: unique symbol;

/**
 * The text of a GraphQL document, typed by its variables and its response. Values are sent as
 * variables, never inside the text.
 */
export type Document<Data, Variables> = string & {
  readonly [response]?: (variables: Variables) => Data;
};

/**
 * Types the text of a GraphQL document for `JobberApi.request`. The types are not checked against
 * the text or the response.
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
  // Text values keep their spaces.
  return text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_all, value: string = " ") => value).trim();
}
