/** One page of a connection. */
export interface PageData<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

/** Variables that select a page. */
export interface PageVariables {
  readonly first: number;
  readonly after: string | null;
}

/** The selection of {@link PageData} without its nodes. */
export const PAGE_INFO = "pageInfo { endCursor hasNextPage }";
