import { ADDRESS_FIELDS, type AddressData } from "./client-fields.ts";

/** What is read of a job, without its client's fields. */
export interface JobData {
  readonly id: string;
  readonly jobNumber: number;
  readonly title: string | null;
  readonly jobStatus: string;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly completedAt: string | null;
  readonly total: number;
  readonly jobberWebUri: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly property: { readonly address: AddressData };
  readonly client: { readonly id: string };
}

/** {@link JobData} without `client` as a selection. */
export const JOB_FIELDS = `
  id jobNumber title jobStatus startAt endAt completedAt total jobberWebUri createdAt updatedAt
  property { address { ${ADDRESS_FIELDS} } }
`;
