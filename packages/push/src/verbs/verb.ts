import type { Nodes, PushObjectType } from "../documents/nodes.ts";

/** A mutation as it is sent. */
export interface Mutation {
  /** The root field, such as `clientEdit`. */
  readonly root: string;
  readonly document: string;
  /** Contains customers' data. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** The payload of a mutation, as far as it is known to be an object. */
export type Payload = Readonly<Record<string, unknown>>;

interface SharedVerb<T extends PushObjectType> {
  /** The type of the object that the payload returns. */
  readonly objectType: T;
  readonly root: string;
  readonly document: string;
  /** Returns the changed object in the payload; `null` when there is none. */
  node(payload: Payload): Nodes[T] | null;
}

/** The input of a change for its mutation. */
export interface EditInput<T extends PushObjectType> {
  readonly id: string;
  /** The fields that differ from Jobber's. */
  readonly changed: Readonly<Record<string, unknown>>;
  /** Everything that the caller wants. */
  readonly wanted: Readonly<Record<string, unknown>>;
  /** The object as it was read directly before. */
  readonly node: Nodes[T];
}

/** A change of an object: applied once Jobber's fields equal the wanted ones. */
export interface EditVerb<T extends PushObjectType = PushObjectType> extends SharedVerb<T> {
  readonly kind: "edit";
  /** Whether the object has to be gone, instead of having certain values. @default false */
  readonly deletes?: boolean;
  /** Literal that the caller has to confirm, if these values need one; `null` for none. */
  confirmation(wanted: Readonly<Record<string, unknown>>): string | null;
  /** Fields that the caller must have seen, besides the wanted ones. */
  readonly guards?: readonly string[];
  /** Whether a value can be judged without having been seen: it has only two. @default false */
  readonly unseen?: boolean;
  variables(input: EditInput<T>): Readonly<Record<string, unknown>>;
}

/** The input of a create for its mutation. */
export interface CreateInput {
  readonly wanted: Readonly<Record<string, unknown>>;
  /** Id of the object that the new one belongs to; `""` for clients. */
  readonly parentId: string;
  /** Text that identifies the intent. */
  readonly marker: string;
}

/** A change that adds something. */
export interface CreateVerb<T extends PushObjectType = PushObjectType> extends SharedVerb<T> {
  readonly kind: "create";
  /** Whether the marker is part of the mutation, so that a send without effect can be repeated. */
  readonly hasMarker: boolean;
  variables(input: CreateInput): Readonly<Record<string, unknown>>;
}

/** An operation that can be pushed. */
export type Verb = EditVerb | CreateVerb;
