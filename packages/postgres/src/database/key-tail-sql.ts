/** Length of a delivery key that is the SHA-256 of a body. */
const HASH_LENGTH = 64;

/**
 * Returns the expression by which delivery keys are indexed and looked up.
 *
 * A notification's key ends in the time of the change, behind the id of its object. Starting with
 * the time keeps one day's keys together, so a batch writes few pages. A snapshot's key is a hash,
 * whose index pages are written in random order: twelve digits keep a million keys in 40 MB, where
 * the whole key with its tenant took 150 MB, more than PostgreSQL caches by default.
 *
 * @param key the SQL of a key
 */
export function keyTailSql(key: string): string {
  return `(CASE length(${key}) WHEN ${HASH_LENGTH} THEN right(${key}, 12) ELSE right(${key}, 20) || left(right(${key}, 44), 24) END)`;
}
