/** The page that a connection is asked for. */
export interface PageArguments {
  readonly first?: number;
  readonly after?: string;
}

/** Returns one page of rows, as Jobber's connections show it. */
export function connection(
  rows: readonly { readonly id: string }[],
  { first = 100, after }: PageArguments,
): object {
  // The cursor is an offset: a record that moves between two pages is read twice or not at all.
  const start =
    after === undefined || after === null
      ? 0
      : Number(Buffer.from(after, "base64").toString("latin1"));
  const nodes = rows.slice(start, start + first);
  const cursorAt = (index: number): string => Buffer.from(String(index)).toString("base64");
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursorAt(start + index + 1) })),
    pageInfo: {
      endCursor: nodes.length === 0 ? null : cursorAt(start + nodes.length),
      hasNextPage: start + nodes.length < rows.length,
    },
  };
}
