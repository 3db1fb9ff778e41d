/** A condition of a database that loses, blocks or delays deliveries. */
export interface DatabaseProblem {
  /**
   * - `durability`: a crash may lose acknowledged deliveries
   * - `pooler`: connections lead through a pooler that the settings do not allow for
   * - `schema`: tables are missing, or belong to another release
   * - `rights`: the role may not do what deliveries need, or others may read the data
   */
  readonly check: "durability" | "pooler" | "schema" | "rights";
  /** One sentence about the problem, and the fix. Contains no customer's data. */
  readonly message: string;
}
