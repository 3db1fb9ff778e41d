import type { DeliveryFilter, DeliveryInfo } from "@jobber-sync/core";
import type { InspectedSync } from "../inspected-sync.ts";

/** A page of deliveries, newest first. */
export interface DeliveryPage {
  readonly deliveries: readonly DeliveryInfo[];
  /** Where the next page begins; `null` when there is none. */
  readonly before: number | null;
}

const PAGE = 50;
/**
 * Rows that one page looks through at most. A filter that matches few of a million rows then still
 * responds at once, with a link to older rows.
 */
export const WINDOW = 50_000;

/** Reads one page. Its cost does not grow with the number of stored deliveries. */
export async function findDeliveries(
  { inbox }: Pick<InspectedSync, "inbox">,
  filter: DeliveryFilter,
  before: number | undefined,
): Promise<DeliveryPage> {
  const from = before ?? (await newestSequence({ inbox })) + 1;
  const afterSequence = Math.max(0, from - WINDOW);
  const found = await inbox.list({
    ...filter,
    beforeSequence: from,
    afterSequence,
    newestFirst: true,
    limit: PAGE + 1,
  });
  const deliveries = found.slice(0, PAGE);
  const last = deliveries.at(-1);
  if (found.length > PAGE && last !== undefined) return { deliveries, before: last.sequence };
  return { deliveries, before: afterSequence > 0 ? afterSequence + 1 : null };
}

/** Returns the sequence of the newest delivery; 0 if there is none. */
export async function newestSequence({ inbox }: Pick<InspectedSync, "inbox">): Promise<number> {
  const [newest] = await inbox.list({ newestFirst: true, limit: 1 });
  return newest?.sequence ?? 0;
}
