export type { Handler, HandlerContext, Handlers } from "./handlers.ts";
