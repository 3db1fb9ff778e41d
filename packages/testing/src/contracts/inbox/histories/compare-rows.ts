import { deepStrictEqual } from "node:assert/strict";
import type { DeliveryInfo } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import type { InboxModel, ModelRow } from "./inbox-model.ts";

/** A difference between an inbox and the model at an index. */
export interface HistoryFailure {
  readonly index: number;
  readonly reason: unknown;
}

/** Compares all rows of the models with those of the inbox. Returns the first difference. */
export async function compareRows(
  inbox: Inbox,
  models: readonly InboxModel[],
): Promise<HistoryFailure | null> {
  const sequences = models.flatMap((model) => model.sequences);
  const rows = await inbox.list({ sequences, limit: Number.POSITIVE_INFINITY });
  const bySequence = new Map(rows.map((row) => [row.sequence, row]));
  for (const [index, model] of models.entries()) {
    const actual = model.sequences.flatMap((sequence) => bySequence.get(sequence) ?? []);
    const expected = model.sequences.flatMap((sequence) => {
      const row = model.rows.get(sequence);
      return row === undefined ? [] : [modelInfo(sequence, row)];
    });
    try {
      deepStrictEqual(actual.map(listedInfo), expected, "rows");
    } catch (reason) {
      return { index, reason };
    }
  }
  return null;
}

function listedInfo(row: DeliveryInfo) {
  const { sequence, state, reason, error, attempts, retries, receivedAt, dueAt } = row;
  const due = state === "waiting" && { dueAt };
  const hasBody = row.bodyBytes !== null;
  return { sequence, receivedAt, state, reason, error, attempts, retries, ...due, hasBody };
}

function modelInfo(sequence: number, { receivedAt, hasBody, current }: ModelRow) {
  const { state, reason, error, attempts, retries, dueAt } = current;
  const due = state === "waiting" && { dueAt };
  return { sequence, receivedAt, state, reason, error, attempts, retries, ...due, hasBody };
}
