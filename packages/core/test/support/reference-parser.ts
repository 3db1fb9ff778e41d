import { isJobberSyncError, topicTraits } from "@jobber-sync/core";
import * as z from "zod";
import { canonicalId } from "../../src/events/canonical-id.ts";
import { notificationBody } from "../../src/events/schemas.ts";

/** The result of parsing a body: the event without its bytes, or the code of the error. */
export type ParseResult = { readonly event: unknown } | { readonly code: string };

/** Parses a body with `parse`, for comparison. */
export function resultOf(parse: (body: Uint8Array) => object, body: Uint8Array): ParseResult {
  try {
    const { raw: _, warnings, ...event } = parse(body) as Record<string, unknown>;
    return { event: { ...event, warnings: sorted(warnings as readonly Warning[]) } };
  } catch (error) {
    if (!isJobberSyncError(error)) throw error;
    return { code: error.code };
  }
}

interface Warning {
  readonly code: string;
  readonly path: string;
}

function sorted(warnings: readonly Warning[]): readonly string[] {
  return warnings.map(({ code, path }) => `${path}: ${code}`).sort();
}

const JOB_EVENTS = ["job.created", "job.updated", "job.completed", "job.deleted"] as const;
const CLIENT_EVENTS = ["client.created", "client.updated", "client.deleted"] as const;
const EVENTS = z.enum([...JOB_EVENTS, ...CLIENT_EVENTS]);
const UTF_8 = new TextDecoder("utf-8", { fatal: true });
const OBJECT = z.record(z.string(), z.unknown());
const SNAPSHOT = z.object({ event: EVENTS, data: OBJECT, occurred_at: z.unknown().optional() });

/** Parses a body as `parseEvent` should, by schemas and regular expressions alone. */
export function referenceParse(bytes: Uint8Array, receivedAt: number): ParseResult {
  let body: unknown;
  try {
    body = JSON.parse(UTF_8.decode(bytes));
  } catch {
    return { code: "ERR_EVENT_SYNTAX" };
  }
  const data = OBJECT.safeParse(OBJECT.safeParse(body).data?.data).data ?? {};
  return Object.hasOwn(data, "webHookEvent")
    ? notification(data.webHookEvent)
    : snapshot(body, receivedAt);
}

function notification(envelope: unknown): ParseResult {
  const { data } = notificationBody.safeParse(envelope);
  if (data === undefined) return { code: "ERR_EVENT_INVALID" };
  const { topic, appId = null, accountId, itemId, occurredAt, occuredAt } = data;
  if (!topic.startsWith("APP_") && (itemId ?? null) === null) return { code: "ERR_EVENT_INVALID" };
  const read = createReader();
  const time = read.time(occurredAt ?? occuredAt, "data.webHookEvent.occurredAt") ?? null;
  const ids = {
    accountId: canonicalId(`${accountId}`),
    itemId: canonicalId(`${itemId ?? accountId}`),
  };
  const event = { kind: "notification", topic, ...topicTraits(topic), appId, ...ids };
  return { event: { ...event, occurredAt: time, warnings: sorted(read.warnings) } };
}

function snapshot(body: unknown, receivedAt: number): ParseResult {
  const parsed = SNAPSHOT.safeParse(body);
  const read = createReader();
  const id = read.id(parsed.data?.data.id);
  if (!parsed.success || id === undefined) return { code: "ERR_EVENT_INVALID" };
  const { event, data, occurred_at } = parsed.data;
  const updatedAt = read.time(data.updated_at, "data.updated_at");
  const time = updatedAt ?? read.time(occurred_at, "occurred_at") ?? null;
  const late = time !== null && Date.parse(time) > receivedAt;
  if (late)
    read.warnings.push({
      code: "future_time",
      path: updatedAt ? "data.updated_at" : "occurred_at",
    });
  const sourceUpdatedAt = late ? printed(BigInt(receivedAt) * 1000n) : time;
  const content = JOB_EVENTS.includes(event as never) ? job : client;
  return {
    event: {
      kind: "snapshot",
      event,
      data: { id, ...content(data, "data", read) },
      sourceUpdatedAt,
      warnings: sorted(read.warnings),
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;
type Reader = ReturnType<typeof createReader>;

function job(data: Fields, path: string, read: Reader): Fields {
  return present({
    job_number: read.number(data.job_number, `${path}.job_number`, INTEGER),
    job_type: read.text(data.job_type, `${path}.job_type`),
    title: read.text(data.title, `${path}.title`),
    status: read.text(data.status, `${path}.status`),
    scheduled_at: read.time(data.scheduled_at, `${path}.scheduled_at`),
    ends_at: read.time(data.ends_at, `${path}.ends_at`),
    completed_at: read.time(data.completed_at, `${path}.completed_at`),
    total: read.number(data.total, `${path}.total`, NUMBER),
    web_uri: read.text(data.web_uri, `${path}.web_uri`),
    client: read.part(data.client, `${path}.client`, (value) => {
      const id = read.id(value.id);
      if (id !== undefined) return { id, ...client(value, `${path}.client`, read) };
      read.warnings.push({ code: "unusable_part", path: `${path}.client.id` });
      return undefined;
    }),
    address: read.part(data.address, `${path}.address`, address(`${path}.address`, read)),
  });
}

function client(data: Fields, path: string, read: Reader): Fields {
  const names = ["name", "first_name", "last_name", "company_name", "email", "phone", "web_uri"];
  const texts = names.map((name) => [name, read.text(data[name], `${path}.${name}`)] as const);
  const part = read.part(data.address, `${path}.address`, address(`${path}.address`, read));
  return present({ ...Object.fromEntries(texts), address: part });
}

function address(path: string, read: Reader): (value: Fields) => Fields {
  const names = ["street", "city", "state", "postal_code", "country"];
  return (value) =>
    present(
      Object.fromEntries(names.map((name) => [name, read.text(value[name], `${path}.${name}`)])),
    );
}

function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

const ID = z.union([
  z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]+$/u)
    .max(255)
    .transform(canonicalId),
  z.int().transform(String),
]);
const DIGITS = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .transform(Number);
const NUMBER = z.union([z.number(), DIGITS]).pipe(z.number());
const INTEGER = z.union([z.number(), DIGITS]).pipe(z.int());
const TEXT = z.union([z.string(), z.int().transform(String)]);
const TIME = z.string().transform(instantOf).pipe(z.string());

function createReader() {
  const warnings: Warning[] = [];
  function read<T>(schema: z.ZodType<T>, code: string, value: unknown, path: string) {
    if (value === undefined || value === null) return value;
    const { success, data } = schema.safeParse(value);
    if (!success) warnings.push({ code, path });
    return data;
  }
  return {
    warnings,
    id: (value: unknown) => ID.safeParse(value).data,
    time: (value: unknown, path: string) => read(TIME, "unreadable_time", value, path),
    number: (value: unknown, path: string, kind: typeof NUMBER) =>
      read(kind, "unreadable_number", value, path),
    text(value: unknown, path: string) {
      const text = read(TEXT, "unreadable_text", value, path);
      if (typeof text !== "string") return text;
      return text.trim() === "" ? null : text.toWellFormed().replaceAll("\u0000", "\uFFFD");
    },
    part<T>(value: unknown, path: string, inside: (value: Fields) => T) {
      const part = read(OBJECT, "unusable_part", value, path);
      return part === undefined || part === null ? part : inside(part);
    },
  };
}

const DATE_TIME = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;

function instantOf(text: string): string | null {
  const [, date, time, fraction = "", zone = ""] = DATE_TIME.exec(text) ?? [];
  const local = new Date(`${date}T${time}Z`);
  if (Number.isNaN(local.getTime()) || local.toISOString().slice(0, 19) !== `${date}T${time}`)
    return null;
  const [hours = 0, minutes = 0] = zone.slice(1).split(":").map(Number);
  if (hours > 23 || minutes > 59) return null;
  const offset = (zone.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  const micros = BigInt(fraction.padEnd(6, "0").slice(0, 6));
  return printed(BigInt(local.getTime() - offset) * 1000n + micros);
}

/** Prints microseconds since 1970; `null` for a year outside 0001 to 9999. */
function printed(micros: bigint): string | null {
  const fraction = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const iso = new Date(Number((micros - fraction) / 1000n)).toISOString();
  if (!/^(?!0000)\d{4}-/.test(iso)) return null;
  const digits = String(fraction).padStart(6, "0").replace(/0+$/, "");
  return `${iso.slice(0, 19)}${digits === "" ? "" : `.${digits}`}Z`;
}
