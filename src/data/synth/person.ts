/** @file Drawn people: what stays the same in all pictures of one identity. */
import { random } from '../../base/random.ts'
import type { Random } from '../../base/random.ts'

/** The drawing library's catalogue: feature → ids of its variants. */
export type FaceParts = Readonly<Record<string, readonly string[]>>

/** A colour as 0…255 red, green, blue. */
export type Colour = readonly [number, number, number]

/** One identity. Lengths are in the drawing's units, 400 across; eyes lie 120 apart by default. */
export interface Person {
  readonly woman: boolean
  readonly skin: Colour
  readonly hairColour: Colour
  /** Usual hair first; another style of the same person second. */
  readonly hairs: readonly [string, string]
  readonly hairBehind: string
  readonly hairFlip: boolean
  readonly head: string
  readonly shave: number
  readonly fatness: number
  readonly ear: string
  readonly earSize: number
  readonly eye: string
  readonly eyeAngle: number
  readonly eyebrow: string
  readonly eyebrowAngle: number
  readonly nose: string
  readonly noseSize: number
  readonly noseFlip: boolean
  /** Mouths of this person's expressions. */
  readonly mouths: readonly string[]
  readonly eyeLine: string
  readonly miscLine: string
  readonly facialHair: string
  readonly body: string
  /** How often glasses are worn, 0…1. */
  readonly glasses: number
  /** Where the features lie and how large they are, against the drawing's defaults. */
  readonly build: {
    /** Added to each eye's distance from the middle. */
    readonly eyesApart: number
    readonly eyesDown: number
    readonly eyeScale: number
    readonly browsDown: number
    readonly noseDown: number
    readonly mouthDown: number
    readonly mouthWide: number
    readonly mouthHigh: number
  }
}

/** From light to dark; a person's tone lies anywhere between neighbours. */
const skinTones: readonly Colour[] = [
  [248, 222, 208],
  [242, 205, 178],
  [229, 184, 150],
  [205, 155, 120],
  [180, 128, 98],
  [150, 100, 76],
  [118, 76, 60],
  [88, 56, 48],
]

const hairColours: readonly Colour[] = [
  [24, 20, 20],
  [44, 30, 22],
  [74, 48, 30],
  [112, 74, 44],
  [168, 122, 72],
  [216, 184, 124],
  [168, 80, 48],
  [150, 146, 142],
]

/** Parts that are jokes or hide the face for good. */
const unused: ReadonlySet<string> = new Set([
  'honker',
  'pinocchio',
  'nose4',
  'santa-hat',
  'facemask',
  'eye-black',
])

/** One of `items`. */
export function pick<T>(items: readonly T[], stream: Random): T {
  const item = items[stream.integer(items.length)]
  if (item === undefined) throw new RangeError('Expected something to choose from, got nothing')
  return item
}

/** A number in [low, high). */
export function within(low: number, high: number, stream: Random): number {
  return low + (high - low) * stream.uniform()
}

/** The variants of `feature` that are drawn, `none` excluded. */
export function variants(parts: FaceParts, feature: string): readonly string[] {
  return (parts[feature] ?? []).filter((id) => id !== 'none' && !unused.has(id))
}

const mixed = (a: Colour, b: Colour, share: number): Colour => [
  a[0] + (b[0] - a[0]) * share,
  a[1] + (b[1] - a[1]) * share,
  a[2] + (b[2] - a[2]) * share,
]

/** The person number `identity` of the world `seed`. */
export function drawPerson(parts: FaceParts, seed: number, identity: number): Person {
  const stream = random(seed, 'person', identity)
  const woman = stream.uniform() < 0.5
  const fitting = (feature: string): readonly string[] => {
    const all = variants(parts, feature)
    const chosen = all.filter((id) => id.startsWith('female') === woman)
    return chosen.length > 0 ? chosen : all
  }
  const tone = stream.uniform() * (skinTones.length - 1)
  const lighter = skinTones[Math.floor(tone)] ?? [230, 190, 160]
  const skin = mixed(lighter, skinTones[Math.floor(tone) + 1] ?? lighter, tone % 1)
  // dark skin goes with dark hair more often than not
  const hairColour = hairColours[stream.integer(tone > 3.5 ? 3 : hairColours.length)] ?? [24, 20, 20]
  const heads = variants(parts, 'head').filter(
    (id) => !woman || id.startsWith('female') || stream.uniform() < 0.3,
  )
  const bearded = !woman && stream.uniform() < 0.45
  const maybe = (chance: number, feature: string): string =>
    stream.uniform() < chance ? pick(variants(parts, feature), stream) : 'none'
  const mouths = variants(parts, 'mouth')
  return {
    woman,
    skin,
    hairColour: mixed(hairColour, [within(0, 255, stream), 90, 60], 0.08),
    hairs: [pick(fitting('hair'), stream), pick(fitting('hair'), stream)],
    hairBehind: stream.uniform() < (woman ? 0.75 : 0.06) ? pick(fitting('hairBg'), stream) : 'none',
    hairFlip: stream.uniform() < 0.5,
    head: pick(heads, stream),
    shave: !woman && stream.uniform() < 0.25 ? within(0, 0.2, stream) : 0,
    fatness: woman ? within(0, 0.6, stream) : within(0, 1, stream),
    ear: pick(variants(parts, 'ear'), stream),
    earSize: within(0.55, woman ? 1 : 1.4, stream),
    eye: pick(fitting('eye'), stream),
    eyeAngle: within(-10, 15, stream),
    eyebrow: pick(fitting('eyebrow'), stream),
    eyebrowAngle: within(-12, 16, stream),
    nose: pick(variants(parts, 'nose'), stream),
    noseSize: within(0.6, woman ? 1 : 1.25, stream),
    noseFlip: stream.uniform() < 0.5,
    mouths: [pick(mouths, stream), pick(mouths, stream), pick(mouths, stream), pick(mouths, stream)],
    eyeLine: maybe(woman ? 0.2 : 0.6, 'eyeLine'),
    miscLine: maybe(0.35, 'miscLine'),
    facialHair: bearded ? pick(variants(parts, 'facialHair'), stream) : 'none',
    body: pick(variants(parts, 'body'), stream),
    glasses: stream.uniform() < 0.2 ? 0.7 : 0.08,
    build: {
      eyesApart: within(-12, 14, stream),
      eyesDown: within(-10, 10, stream),
      eyeScale: within(0.8, 1.2, stream),
      browsDown: within(-10, 6, stream),
      noseDown: within(-10, 12, stream),
      mouthDown: within(-12, 12, stream),
      mouthWide: within(0.75, 1.25, stream),
      mouthHigh: within(0.8, 1.2, stream),
    },
  }
}
