// The bounded body readers and the routes of the OAuth flow, for authors of adapters.

export { type BodyLimits, type BodyReader, ByteBudget } from "./http/body-reader.ts";
export { type NodeBodyOptions, type NodeRequest, nodeBody } from "./http/node-body.ts";
export { type WebRequestBody, webBody } from "./http/web-body.ts";
export {
  type ConnectRouteOptions,
  type ConnectRoutes,
  createConnectRoutes,
} from "./tokens/connect-routes.ts";
