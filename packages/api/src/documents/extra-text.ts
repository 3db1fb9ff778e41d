/**
 * Selections of the user's that documents insert, by record type; blank text where there is none.
 */
export interface ExtraText {
  readonly job: string;
  readonly client: string;
}
