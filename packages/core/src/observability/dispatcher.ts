import { type Channel, channel } from "node:diagnostics_channel";
import type { Logger } from "./logger.ts";

/** A function called with each event of one kind. It may be async; nothing waits for it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook may return nothing or any promise
export type Hook<E> = (event: E) => void | Promise<unknown>;

/** Hooks for the events in `E`, each under the event's name. */
export type Hooks<E> = { readonly [N in keyof E]?: Hook<E[N]> | undefined };

/** Publishes one event. Never throws and never waits for a hook. */
export type Dispatch<E> = <N extends keyof E & string>(name: N, event: E[N]) => void;

/**
 * Creates the function that publishes events to hooks and to diagnostics channels.
 *
 * Each event goes to the channel `jobber-sync:<name>`, then to the hook of that name. A hook that
 * throws or rejects is logged with its error and has no other effect.
 *
 * @param logger must not throw, see `safeLogger`
 */
export function createDispatcher<E>({
  hooks,
  logger,
}: {
  readonly hooks: Hooks<E> | undefined;
  readonly logger: Logger;
}): Dispatch<E> {
  const channels = new Map<string, Channel>();

  function publish(name: string, event: unknown): void {
    let diagnostics = channels.get(name);
    if (diagnostics === undefined) {
      diagnostics = channel(`jobber-sync:${name}`);
      channels.set(name, diagnostics);
    }
    if (diagnostics.hasSubscribers) diagnostics.publish(event);
  }

  return (name, event) => {
    publish(name, event);
    const hook = hooks?.[name];
    if (hook === undefined) return;
    const failed = (err: unknown) =>
      logger.error({ hook: name, err }, `the "${name}" hook failed; nothing else is affected`);
    try {
      // JavaScript hooks may return anything.
      const returned: unknown = hook(event);
      if (isThenable(returned)) returned.then(undefined, failed);
    } catch (err) {
      failed(err);
    }
  };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
