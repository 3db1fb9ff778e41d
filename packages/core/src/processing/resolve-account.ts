import { callSource } from "./call-source.ts";
import { failed, type Processor, type TaskResult } from "./delivery-task.ts";
import {
  type Notification,
  type NotificationGroup,
  nothingStored,
  type Outcome,
} from "./notification-group.ts";

/**
 * Resolves notifications of the account itself. An `APP_DISCONNECT` may arrive late, after the
 * account has connected again, so it is checked with the source if the source has connections.
 */
export async function resolveAccount(
  { source, beforeFetch }: Processor,
  { tenant, tasks, signal }: NotificationGroup,
): Promise<Outcome> {
  const outcome = new Map<Notification, TaskResult>();
  const disconnected = source?.disconnected?.bind(source);
  for (const task of tasks) {
    const { event } = task;
    try {
      let holds = true;
      if (event.event === "app.disconnected" && disconnected !== undefined) {
        await beforeFetch?.(tenant, signal);
        holds = await callSource(() => disconnected(tenant, event.occurredAt, { signal }), signal);
      }
      outcome.set(
        task,
        holds ? nothingStored(event) : { kind: "ignored", reason: "still_connected" },
      );
    } catch (error) {
      outcome.set(task, failed(error));
    }
  }
  return outcome;
}
