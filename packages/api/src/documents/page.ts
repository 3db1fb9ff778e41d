/** One page of a connection. */
export interface PageData<Node> {
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

/** Which page. */
export interface PageVariables {
  readonly first: number;
  readonly after: string | null;
}

/** What {@link PageData} selects beside its nodes. */
export const PAGE_INFO = "pageInfo { endCursor hasNextPage }";
