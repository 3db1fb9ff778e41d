import type { FastifyReply, FastifyRequest } from "fastify";

/** Converts a request of Fastify, with a body that was read as a buffer. */
export function webRequest(request: FastifyRequest): Request {
  const { method, protocol, host, originalUrl, body } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers))
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
  const url = new URL(originalUrl, `${protocol}://${host}`);
  return new Request(url, {
    method,
    headers,
    ...(Buffer.isBuffer(body) && { body: new Uint8Array(body) }),
  });
}

/** Writes a response with Fastify. */
export async function writeWebResponse(
  response: Response,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.code(response.status);
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie") reply.header(name, value);
  }
  for (const cookie of response.headers.getSetCookie()) reply.header("set-cookie", cookie);
  return reply.send(Buffer.from(await response.arrayBuffer()));
}
