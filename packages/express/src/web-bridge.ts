import { Readable } from "node:stream";
import type { Request as ExpressRequest, Response } from "express";

/** Converts a request of Express. A body that a parser has read before is encoded again. */
export function webRequest(req: ExpressRequest): Request {
  const url = new URL(req.originalUrl, `${req.protocol}://${req.get("host") ?? "localhost"}`);
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers))
    for (const one of Array.isArray(value) ? value : [value ?? ""]) headers.append(name, one);
  if (req.method === "GET" || req.method === "HEAD")
    return new Request(url, { method: req.method, headers });
  return new Request(url, { method: req.method, headers, body: bodyOf(req), duplex: "half" });
}

function bodyOf(
  req: ExpressRequest,
): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | string {
  const { body } = req as { readonly body?: unknown };
  if (body === undefined) return Readable.toWeb(req) as ReadableStream<Uint8Array>;
  if (typeof body === "string") return body;
  if (Buffer.isBuffer(body)) return new Uint8Array(body);
  return new URLSearchParams(body as Record<string, string>).toString();
}

/** Writes a response with Express. */
export async function writeWebResponse(
  response: globalThis.Response,
  res: Response,
): Promise<void> {
  res.status(response.status);
  for (const [name, value] of response.headers) {
    if (name !== "set-cookie") res.setHeader(name, value);
  }
  for (const cookie of response.headers.getSetCookie()) res.append("set-cookie", cookie);
  res.send(Buffer.from(await response.arrayBuffer()));
}
