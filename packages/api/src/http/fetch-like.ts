/**
 * The subset of `fetch` that the API uses. Pass your own to add a proxy or a dispatcher; it must
 * honor `signal` and `redirect`.
 */
export type FetchLike = (
  url: string,
  init: {
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly redirect: "error";
    readonly signal: AbortSignal;
  },
) => Promise<Response>;
