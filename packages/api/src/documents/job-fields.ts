import { ADDRESS_FIELDS, type AddressData } from "./client-fields.ts";

/** The fields read from a job, without those of its client. */
export interface JobData {
  readonly id: string;
  readonly jobNumber: number;
  readonly jobType: string;
  readonly title: string | null;
  readonly instructions: string | null;
  readonly jobStatus: string;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly completedAt: string | null;
  readonly total: number;
  readonly jobberWebUri: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly property: { readonly id: string; readonly address: AddressData };
  readonly client: { readonly id: string };
}

/** The selection of {@link JobData} without `client`. */
export const JOB_FIELDS = `
  id jobNumber jobType title instructions jobStatus startAt endAt completedAt total jobberWebUri createdAt updatedAt
  property { id address { ${ADDRESS_FIELDS} } }
`;
