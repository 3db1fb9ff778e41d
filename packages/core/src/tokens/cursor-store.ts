/** Where a reconcile remembers how far it came. */
export interface CursorStore {
  /** What was last set; `null` when nothing was. */
  get(clientSlug: string, name: string): Promise<string | null>;
  /** Durable when it resolves. */
  set(clientSlug: string, name: string, value: string): Promise<void>;
}
