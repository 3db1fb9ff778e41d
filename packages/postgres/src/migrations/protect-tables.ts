/**
 * Returns the statements that close new tables and sequences to every role but their owner. They
 * turn row security on, without a policy, and revoke what default privileges granted at creation:
 * some platforms grant everything on new tables to their public role, and TRUNCATE and `setval`
 * ignore row security. `grants.sql` opens the tables for one role.
 */
export function protectTables(statements: readonly string[]): readonly string[] {
  const relations = statements.flatMap(
    (statement) => /^CREATE (?:TABLE|SEQUENCE) (\w+)/.exec(statement)?.[1] ?? [],
  );
  const names = relations.map((name) => `'${name}'`).join(", ");
  return [
    ...createdTables(statements).map((table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`),
    `DO $$
DECLARE granted record;
BEGIN
  FOR granted IN
    SELECT DISTINCT c.relname, c.relkind, acl.grantee FROM pg_class c, aclexplode(c.relacl) AS acl
    WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
      AND c.relname IN (${names}) AND acl.grantee <> c.relowner
  LOOP
    EXECUTE format('REVOKE ALL ON %s %I FROM %s',
      CASE granted.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, granted.relname,
      CASE granted.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(granted.grantee)) END);
  END LOOP;
END $$`,
  ];
}

/** Returns the names of the tables that the statements create. */
export function createdTables(statements: readonly string[]): readonly string[] {
  return statements.flatMap((statement) => /^CREATE TABLE (\w+)/.exec(statement)?.[1] ?? []);
}
