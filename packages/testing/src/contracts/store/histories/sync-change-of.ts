import type { ContactWrite, JobWrite, SyncChange } from "@jobber-sync/core/ports";
import { type HistoryStep, type HistoryWrite, printTime } from "./history.ts";

/** Converts a step to the input of `apply`. @param index of the step in its history */
export function syncChangeOf(
  tenant: string,
  { writes, deliveryKey }: HistoryStep,
  index: number,
): SyncChange {
  return {
    jobs: writes.flatMap((write) =>
      write.kind === "job"
        ? [{ tenant, jobberJobId: write.id, ...bodyOf(write) } as unknown as JobWrite]
        : [],
    ),
    contacts: writes.flatMap((write) =>
      write.kind === "contact"
        ? [{ tenant, jobberClientId: write.id, ...bodyOf(write) } as unknown as ContactWrite]
        : [],
    ),
    submissions: [
      {
        tenant,
        deliveryKey,
        channel: "jobber",
        payload: {
          event: "client.updated",
          jobber_client_id: String(index),
          client_name: null,
          client_email: null,
          client_phone: null,
          address: null,
        },
        createdAt: printTime(index * 1_000_000),
      },
    ],
  };
}

function bodyOf(write: HistoryWrite): object {
  if (write.mode === "delete") {
    const { mode, sequence, deletedAt, inferred } = write;
    return { mode, sequence, deletedAt: printTime(deletedAt), inferred };
  }
  const { mode, sequence, time, fields, seen, revive } = write;
  return {
    mode,
    sequence,
    sourceUpdatedAt: time === null ? null : printTime(time),
    fields,
    seen,
    revive,
  };
}
