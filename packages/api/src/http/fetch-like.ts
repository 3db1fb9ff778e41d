/** The part of `fetch` that is used. Your own may add a proxy or a dispatcher; it must honour `signal` and `redirect`. */
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
