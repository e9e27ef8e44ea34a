/** @file Pictures of drawn people: what changes from one picture of a person to the next. */
import { random } from '../../base/random.ts'
import type { Random } from '../../base/random.ts'
import type { FaceParts, Person } from './person.ts'
import { pick, variants, within } from './person.ts'
import type { Colour } from './person.ts'

/** Something in front of the face, in the drawing's units. */
export interface Cover {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly degrees: number
  readonly colour: Colour
}

export interface Picture {
  readonly hair: string
  readonly mouth: string
  readonly mouthFlip: boolean
  readonly mouthOpen: number
  readonly eyesOpen: number
  readonly browsDown: number
  readonly browsAngle: number
  readonly smileLine: string
  readonly glasses: string
  readonly accessory: string
  readonly jersey: string
  readonly colours: readonly [Colour, Colour, Colour]
  /** Turn of the head to the side and up, as shares of the largest. */
  readonly yaw: number
  readonly pitch: number
  /** Errors of alignment: shift as a share of the width, size factor, rotation. */
  readonly frame: { readonly x: number; readonly y: number; readonly zoom: number; readonly degrees: number }
  readonly background: readonly [Colour, Colour]
  readonly backgroundDegrees: number
  readonly covers: readonly Cover[]
  readonly light: {
    readonly brightness: number
    readonly contrast: number
    /** Factors of red, green, blue. */
    readonly cast: Colour
    /** Direction from which light falls, and by how much the far side is darker, 0…1. */
    readonly degrees: number
    readonly fall: number
  }
  /** By which factor the picture loses resolution; 1 is none. */
  readonly blur: number
  /** Standard deviation of noise in grey levels. */
  readonly noise: number
}

const anyColour = (stream: Random): Colour => [stream.integer(256), stream.integer(256), stream.integer(256)]

/** Walls and gardens rather than neon signs. */
const backgroundColour = (stream: Random): Colour => {
  const [red, green, blue] = anyColour(stream)
  const level = within(0, 255, stream)
  return [0.6 * red + 0.4 * level, 0.6 * green + 0.4 * level, 0.6 * blue + 0.4 * level]
}

const hats: readonly string[] = ['hat', 'hat2', 'hat3', 'headband', 'headband-high']

const drawCovers = (stream: Random): readonly Cover[] => {
  if (stream.uniform() >= 0.18) return []
  return [
    {
      x: within(60, 340, stream),
      y: within(220, 480, stream),
      width: within(40, 130, stream),
      height: within(30, 110, stream),
      degrees: within(-90, 90, stream),
      colour: anyColour(stream),
    },
  ]
}

const drawLight = (stream: Random): Picture['light'] => ({
  brightness: within(0.62, 1.35, stream),
  contrast: within(0.65, 1.2, stream),
  cast: [within(0.82, 1.15, stream), within(0.88, 1.1, stream), within(0.8, 1.2, stream)],
  degrees: within(0, 360, stream),
  fall: within(0, 0.65, stream),
})

/** Picture number `image` of the person number `identity`. */
export function drawPicture(
  parts: FaceParts,
  person: Person,
  seed: number,
  identity: number,
  image: number,
): Picture {
  const stream = random(seed, 'picture', identity, image)
  const chance = (share: number): boolean => stream.uniform() < share
  return {
    hair: person.hairs[chance(0.75) ? 0 : 1],
    mouth: pick(person.mouths, stream),
    mouthFlip: chance(0.5),
    mouthOpen: within(0.85, 1.15, stream),
    eyesOpen: within(0.78, 1.1, stream),
    browsDown: within(-6, 5, stream),
    browsAngle: within(-7, 7, stream),
    smileLine: chance(0.35) ? pick(variants(parts, 'smileLine'), stream) : 'none',
    glasses: chance(person.glasses) ? pick(variants(parts, 'glasses'), stream) : 'none',
    accessory: chance(0.2) ? pick(hats, stream) : 'none',
    jersey: pick(variants(parts, 'jersey'), stream),
    colours: [anyColour(stream), anyColour(stream), anyColour(stream)],
    yaw: within(-1, 1, stream),
    pitch: within(-1, 1, stream),
    frame: {
      x: within(-0.03, 0.03, stream),
      y: within(-0.03, 0.03, stream),
      zoom: within(0.93, 1.08, stream),
      degrees: within(-6, 6, stream),
    },
    background: [backgroundColour(stream), backgroundColour(stream)],
    backgroundDegrees: within(0, 360, stream),
    covers: drawCovers(stream),
    light: drawLight(stream),
    blur: chance(0.3) ? within(1.3, 2.4, stream) : 1,
    noise: within(1, 9, stream),
  }
}
