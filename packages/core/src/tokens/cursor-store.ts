/** Where a reconcile remembers how far it came. */
export interface CursorStore {
  /** What was last set; `null` when nothing was. */
  get(tenant: string, name: string): Promise<string | null>;
  /** Durable when it resolves. */
  set(tenant: string, name: string, value: string): Promise<void>;
}
