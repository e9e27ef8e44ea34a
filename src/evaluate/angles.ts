/** @file How tight identities are and how far apart: angles between templates and mean directions. */
import { placesOf } from '../base/groups.ts'
import { random, shuffled } from '../base/random.ts'
import { addRow, cosine } from './features.ts'
import type { TemplateSet } from './features.ts'

/** Angles in degrees, each list a sample. */
export interface AngleSample {
  /** From an image to the mean direction of the other images of its identity. */
  readonly within: readonly number[]
  /** Between the mean directions of two identities. */
  readonly between: readonly number[]
  /** From an identity's mean direction to the nearest other one's. */
  readonly nearest: readonly number[]
}

export interface AngleOptions {
  /** Identities taken at most, drawn by the seed: all pairs of them are looked at. @defaultValue 500 */
  readonly identities?: number
  /** @defaultValue 0 */
  readonly seed?: number
}

const degrees = (cos: number): number => (Math.acos(Math.min(1, Math.max(-1, cos))) * 180) / Math.PI

const sumOf = ({ data, size }: TemplateSet, rows: readonly number[]): Float64Array => {
  const sum = new Float64Array(size)
  for (const row of rows) addRow(sum, data, row * size)
  return sum
}

/**
 * The angles of a set of templates. An image is measured against the *other* images of its identity, since its own
 * share would pull the mean towards it; identities with a single image have no angle within.
 * @param identityOf the identity of each template, in the order of the set
 */
export function angleSample(
  templates: TemplateSet,
  identityOf: readonly string[],
  options: AngleOptions = {},
): AngleSample {
  const taken = shuffled([...placesOf(identityOf).values()], random(options.seed ?? 0, 'angles')).slice(
    0,
    options.identities ?? 500,
  )
  const { data, size } = templates
  const sums = taken.map((members) => sumOf(templates, members))
  const within = taken.flatMap((members, k) => {
    const sum = sums[k]
    if (sum === undefined || members.length < 2) return []
    return members.map((row) =>
      degrees(
        cosine(
          sum.map((value, i) => value - (data[row * size + i] ?? NaN)),
          0,
          data,
          row * size,
          size,
        ),
      ),
    )
  })
  const between: number[] = []
  const nearest = sums.map(() => 180)
  sums.forEach((one, i) => {
    for (let j = 0; j < i; j++) {
      const angle = degrees(cosine(one, 0, sums[j] ?? one, 0, size))
      between.push(angle)
      nearest[i] = Math.min(nearest[i] ?? 180, angle)
      nearest[j] = Math.min(nearest[j] ?? 180, angle)
    }
  })
  return { within, between, nearest: sums.length < 2 ? [] : nearest }
}
