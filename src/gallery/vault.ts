/** @file What is stored is sealed first, whatever stores it. */

/** Seals and opens bytes. What is sealed for one context opens for no other, so rows cannot change places. */
export interface Vault {
  /** Whether what it seals can be read without a key. */
  readonly encrypts: boolean
  seal(bytes: Uint8Array, context: string): Uint8Array
  /** @throws DataError on bytes that were changed, moved, or sealed by another key */
  open(sealed: Uint8Array, context: string): Uint8Array
  /** A short name of a text that only who has the key can make: equal texts have equal names. */
  fingerprint(text: string): string
}

/** Seals nothing. For tests, and where the disk is encrypted already and somebody says so. */
export const plainVault: Vault = {
  encrypts: false,
  seal: (bytes) => bytes,
  open: (sealed) => sealed,
  fingerprint: (text) => text,
}
