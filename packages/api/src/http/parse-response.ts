import type { BoundedResponse } from "./bounded-post.ts";

/** The query cost stated in a response (docs/jobber-facts.md#rate-limits). */
export interface ResponseCost {
  readonly requestedQueryCost: number;
  readonly actualQueryCost: number;
  readonly maximumAvailable: number;
  readonly currentlyAvailable: number;
  readonly restoreRate: number;
}

/** A response split into its parts, each checked to be of its type. It may still be an error. */
export interface ParsedResponse {
  readonly status: number;
  readonly headers: Headers;
  /** `undefined` when the body has no `data` key. */
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly ResponseError[];
  /** The message of a response without `data`; `null` when there is none. */
  readonly message: string | null;
  readonly cost: ResponseCost | null;
  /** The API version of the response; `null` when the response does not state one. */
  readonly version: string | null;
  readonly warning: string | null;
  /** Whether the body was a JSON object. */
  readonly readable: boolean;
  /** Jobber's clock, from the `Date` header. Milliseconds since 1970; `null` without the header. */
  readonly serverTime: number | null;
}

/**
 * One entry of GraphQL's `errors`. The message may quote customer data: compare it, never log it.
 */
export interface ResponseError {
  readonly message: string;
  readonly code: string;
  /** Keys and indexes that lead to the failed field in `data`; empty when the entry has no path. */
  readonly path: readonly (string | number)[];
}

/** Parses a response. Never throws: a body that is not a JSON object is not `readable`. */
export function parseResponse({ status, headers, text }: BoundedResponse): ParsedResponse {
  const body = parseObject(text);
  const extensions = objectOr(body?.extensions);
  const versioning = objectOr(extensions.versioning);
  const time = Date.parse(headers.get("date") ?? "");
  return {
    status,
    headers,
    data: body !== null && Object.hasOwn(body, "data") ? dataOf(body.data) : undefined,
    errors: errorsOf(body?.errors),
    message:
      textOr(body?.message) ?? textOr(objectOr(body?.error).message) ?? textOr(body?.error) ?? null,
    cost: costOf(objectOr(extensions.cost)),
    version: textOr(versioning.version),
    warning: textOr(versioning.warning),
    readable: body !== null,
    serverTime: Number.isNaN(time) ? null : time,
  };
}

/** Proxies send `errors` as a list of texts, or as a single text. */
function errorsOf(errors: unknown): readonly ResponseError[] {
  if (errors === undefined || errors === null) return [];
  return (Array.isArray(errors) ? errors : [errors]).map((error) => {
    if (typeof error === "string") return { message: error, code: "", path: [] };
    const { message, extensions, path } = objectOr(error);
    const keys: readonly unknown[] = Array.isArray(path) ? path : [];
    return {
      message: textOr(message) ?? "",
      code: textOr(objectOr(extensions).code) ?? "",
      path: keys.filter((key) => typeof key === "string" || typeof key === "number"),
    };
  });
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
