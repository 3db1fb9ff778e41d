/** Text of a GraphQL document. Values are sent as variables, never inside the text. */
export function defineDocument(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
