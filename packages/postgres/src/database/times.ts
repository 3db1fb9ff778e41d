/**
 * Returns SQL that formats a `timestamptz` as ISO 8601 in UTC, independent of the session's time
 * zone and date style. The fraction is omitted if it is zero.
 */
export function instantSql(column: string): string {
  const text = `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
  return `regexp_replace(${text}, '[.]?0*$', '') || 'Z'`;
}

/** Returns SQL that converts a `timestamptz` to milliseconds since 1970. */
export function millisecondsSql(column: string): string {
  return `round(extract(epoch FROM ${column}) * 1000)`;
}
