import type { SilentEvent } from "@jobber-sync/api";
import type { CursorStore } from "@jobber-sync/core/ports";
import { RHYTHM } from "./delivery-log.ts";
import { parseRhythm, quietSince } from "./webhook-rhythm.ts";

/**
 * Emits `silent` when a usually busy tenant's webhooks pause for longer than usual: once per pause.
 *
 * @param options.now milliseconds since 1970
 */
export async function reportQuiet(
  tenant: string,
  {
    cursors,
    now,
    emit,
  }: {
    readonly cursors: CursorStore;
    readonly now: () => number;
    readonly emit: (event: SilentEvent) => void;
  },
): Promise<void> {
  const quiet = quietSince(parseRhythm(await cursors.get(tenant, RHYTHM)), now());
  if (quiet === null) return;
  if ((await cursors.get(tenant, "quiet")) === String(quiet.since)) return;
  await cursors.set(tenant, "quiet", String(quiet.since));
  emit({ tenant, delivered: 0, missed: 0, quietSince: quiet.since });
}
