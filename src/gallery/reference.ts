/** @file A reference: one face of one photograph, kept to compare others with. */
import type { FaceBox } from '../face/detected-face.ts'

/** What is known of a reference beside its embedding; stored sealed. */
export interface ReferenceDetails {
  /** Where the picture came from, for people to read. */
  readonly source?: string
  readonly box?: FaceBox
  /** Named numbers, such as `sharpness` or `eyeDistance`. */
  readonly quality?: Readonly<Record<string, number>>
}

/** `removed` can be undone until it is purged. */
export type ReferenceState = 'active' | 'removed'

/** A reference as people and programs see it. */
export interface Reference {
  readonly id: number
  /** Undefined for a face that is nobody of the gallery, kept because it is told apart from somebody. */
  readonly person: number | undefined
  readonly state: ReferenceState
  readonly details: ReferenceDetails
  /** An ISO time. */
  readonly created: string
}
