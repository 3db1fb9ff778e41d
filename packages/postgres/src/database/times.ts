/** A `timestamptz` as the one spelling of an instant, whatever time zone and date style the session has: a fraction only where it is not zero. */
export function instantSql(column: string): string {
  const text = `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
  return `regexp_replace(${text}, '[.]?0*$', '') || 'Z'`;
}

/** A `timestamptz` as milliseconds since 1970. */
export function millisecondsSql(column: string): string {
  return `round(extract(epoch FROM ${column}) * 1000)`;
}
