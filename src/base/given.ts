/** @file Options that may be absent, passed on without those that are: one left out is not one that is `undefined`. */

/** Values of which any may be absent, but none is `undefined`. */
export type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> }

/** The values without those that are `undefined`. */
export function given<T extends object>(values: T): Given<T>
export function given(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
