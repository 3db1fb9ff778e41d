/** Storage of reconcile's positions. */
export interface CursorStore {
  /** Returns the value last set; `null` if there is none. */
  get(tenant: string, name: string): Promise<string | null>;
  /** Stores a value. It is durable when the promise resolves. */
  set(tenant: string, name: string, value: string): Promise<void>;
  /** Removes all values of a tenant: its next reconcile reads everything. */
  clear(tenant: string): Promise<void>;
}
