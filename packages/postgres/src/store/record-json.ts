import { instantSql } from "../database/times.ts";
import {
  type Column,
  DELETED_AT,
  type RecordTable,
  SOURCE_UPDATED_AT,
  snakeCase,
} from "./record-table.ts";

/** Prints all digits of a number, whatever `extra_float_digits` the role has. */
export const EXACT_NUMBERS = "set_config('extra_float_digits', '1', true)";

/** Every column of a record besides its key, in the order of the record's fields. */
export function valueColumns({ columns }: RecordTable): readonly Column[] {
  return [...columns, SOURCE_UPDATED_AT, DELETED_AT];
}

/** Returns SQL that builds the record of a row as JSON. @param row alias of the row */
export function recordJsonSql(table: RecordTable, row: string): string {
  const { idField } = table;
  const values = valueColumns(table).map(
    (column) => `'${column.field}', ${valueSql(column, `${row}.`)}`,
  );
  return `json_build_object('tenant', ${row}.tenant, '${idField}', ${row}.${snakeCase(idField)}, ${values.join(", ")})`;
}

/** Returns SQL for a column's value as records contain it. @param prefix such as `old.` */
export function valueSql({ name, type }: Column, prefix: string): string {
  return type === "timestamptz" ? instantSql(`${prefix}${name}`) : `${prefix}${name}`;
}
