/** Sends a query on behalf of one tenant, within its rate limit. */
export type Ask = <Data>(document: string, variables: object) => Promise<Data>;
