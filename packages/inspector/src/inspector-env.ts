import type { Logger } from "@jobber-sync/core";
import type { Context } from "hono";
import type { CsrfTokens } from "./access/csrf-tokens.ts";
import type { InspectedSync } from "./inspected-sync.ts";
import type { CheckedOptions } from "./options.ts";
import { type Html, type PageFrame, renderPage } from "./pages/layout.ts";

/** The environment of a request. */
export interface Env {
  readonly Bindings: { readonly remoteAddress: string | undefined };
  readonly Variables: {
    /** The operator's name. */
    user: string;
  };
}

/** Dependencies of the routes. */
export interface RouteContext extends Pick<CheckedOptions, "actions" | "path" | "now"> {
  readonly sync: InspectedSync;
  readonly logger: Logger;
  readonly tokens: CsrfTokens;
}

/** Responds with a page. */
export function respond(
  c: Context<Env>,
  { path }: Pick<RouteContext, "path">,
  frame: Omit<PageFrame, "path">,
  content: Html,
): Response | Promise<Response> {
  const notice = frame.notice ?? NOTICES.get(c.req.query("done") ?? "");
  return c.html(renderPage({ path, ...frame, notice }, content));
}

/** The sentences after actions. The address names them, so that no text comes from it. */
const NOTICES: ReadonlyMap<string, string> = new Map([
  ["replay", "The delivery will be processed again."],
  ["discard", "The delivery was deleted."],
  ["resume", "The paused deliveries were resumed."],
  ["reconcile", "The reconcile has been started."],
  ["unchanged", "Nothing was changed: its state is another one now."],
]);
