import type { SimulatedFault } from "./faults.ts";
import type { SimulatedResponse } from "./graphql-endpoint.ts";
import type { Route } from "./http-server.ts";

/** The part of `fetch` that API clients use. */
export type DirectFetch = (
  url: string,
  init: {
    readonly method?: string | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
  },
) => Promise<Response>;

/** Creates a `fetch` that calls the routes in this process. */
export function createDirectFetch(
  routes: ReadonlyMap<string, Route>,
  now: () => number,
): DirectFetch {
  return async (address, { method = "GET", headers = {}, body = "" }) => {
    const url = new URL(address);
    const route = routes.get(`${method} ${url.pathname}`);
    if (route === undefined) return jsonResponse({ status: 404, body: {} }, now());
    const { response, fault } = await route({ method, url, headers, body });
    if ("redirect" in response) throw new TypeError("fetch failed: unexpected redirect");
    return fault === undefined ? jsonResponse(response, now()) : faulty(fault, response, now());
  };
}

function faulty(fault: SimulatedFault, response: SimulatedResponse, now: number): Response {
  switch (fault.kind) {
    case "html":
      return new Response("<!doctype html><title>Bad gateway</title>", {
        status: fault.status ?? 502,
        headers: { "content-type": "text/html" },
      });
    case "truncated":
      return new Response(JSON.stringify(response.body).slice(0, -1));
    case "huge":
      return new Response(" ".repeat(fault.bytes));
    case "null_data":
      return jsonResponse({ status: 200, body: { data: null } }, now);
    case "too_many_requests":
      return new Response("Retry later\n", { status: 429 });
    case "outage":
      return jsonResponse(
        { status: 503, body: { message: "Service temporarily unavailable" } },
        now,
      );
    case "slow":
      return jsonResponse(response, now);
    case "body":
      return jsonResponse(fault, now);
    case "redirect":
    case "reset":
    case "lost_response":
      throw Object.assign(new TypeError("fetch failed"), { cause: { code: "ECONNRESET" } });
  }
}

function jsonResponse({ status, body }: SimulatedResponse, now: number): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", date: new Date(now).toUTCString() },
  });
}
