import type { BoundedResponse } from "./bounded-post.ts";

/** What an response says of the points it took (F5.3). */
export interface ResponseCost {
  readonly requestedQueryCost: number;
  readonly actualQueryCost: number;
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** An response in its parts, each checked to be of its type. Whether it is an error is still to be said. */
export interface ParsedResponse {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined`: there is no `data` key. */
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly ResponseError[];
  /** The message of the shapes without `data` (F5.4); `null` when there is none. */
  readonly message: string | null;
  readonly cost: ResponseCost | null;
  /** The API version that answered; `null` when it did not say. */
  readonly version: string | null;
  readonly warning: string | null;
  /** Whether the body was a JSON object. */
  readonly readable: boolean;
}

/** One entry of GraphQL's `errors`. Its message may quote a customer: compare it, never show it. */
interface ResponseError {
  readonly message: string;
  readonly code: string;
}

/** Takes an answer apart. Never throws: an response that is no JSON is not `readable`. */
export function parseResponse({ status, headers, text }: BoundedResponse): ParsedResponse {
  const body = parseObject(text);
  const extensions = objectOr(body?.extensions);
  const versioning = objectOr(extensions.versioning);
  const errors = Array.isArray(body?.errors) ? body.errors : [];
  return {
    status,
    headers,
    data: body !== null && Object.hasOwn(body, "data") ? dataOf(body.data) : undefined,
    errors: errors.map((error) => {
      const { message, extensions } = objectOr(error);
      return { message: textOr(message) ?? "", code: textOr(objectOr(extensions).code) ?? "" };
    }),
    message:
      textOr(body?.message) ?? textOr(objectOr(body?.error).message) ?? textOr(body?.error) ?? null,
    cost: costOf(objectOr(extensions.cost)),
    version: textOr(versioning.version),
    warning: textOr(versioning.warning),
    readable: body !== null,
  };
}

function dataOf(data: unknown): Readonly<Record<string, unknown>> | null {
  return typeof data === "object" && data !== null && !Array.isArray(data)
    ? (data as Record<string, unknown>)
    : null;
}

function costOf(cost: Readonly<Record<string, unknown>>): ResponseCost | null {
  const { requestedQueryCost, actualQueryCost } = cost;
  const { maximumAvailable, currentlyAvailable, restoreRate } = objectOr(cost.throttleStatus);
  const numbers = [
    requestedQueryCost,
    actualQueryCost,
    maximumAvailable,
    currentlyAvailable,
    restoreRate,
  ];
  if (!numbers.every((value) => typeof value === "number" && Number.isFinite(value))) return null;
  return {
    requestedQueryCost,
    actualQueryCost,
    maximumAvailable,
    currentlyAvailable,
    restoreRate,
  } as ResponseCost;
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body)
      ? (body as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

function objectOr(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
