/**
 * Why a record was written:
 * - `webhook`: a delivery named or contained it
 * - `reconcile`: a sweep or a backfill found a difference
 * - `recheck`: it was read again after a delivery, because the first answer could be outdated
 * - `push`: a change of yours was sent to Jobber
 */
export type ChangeCause = "webhook" | "reconcile" | "recheck" | "push";
