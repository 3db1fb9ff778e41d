/** An address as Jobber gives it. A client's has empty text where a property's has `null` (F3.3, F3.4). */
export interface AddressData {
  readonly street: string;
  readonly city: string | null;
  readonly province: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}

/** What is read of a client. */
export interface ClientData {
  readonly id: string;
  readonly name: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly companyName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly isLead: boolean;
  readonly isArchived: boolean;
  readonly billingAddress: AddressData | null;
  readonly jobberWebUri: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** {@link AddressData} as a selection. */
export const ADDRESS_FIELDS = "street city province postalCode country";

/** {@link ClientData} as a selection. */
export const CLIENT_FIELDS = `
  id name firstName lastName companyName email phone isLead isArchived
  billingAddress { ${ADDRESS_FIELDS} }
  jobberWebUri createdAt updatedAt
`;
