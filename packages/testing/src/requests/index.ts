export { type SignedRequest, signedRequest } from "./signed-request.ts";
