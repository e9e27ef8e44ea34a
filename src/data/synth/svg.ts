/** @file From a person and a picture to SVG: the library draws the features, we place them as the head turns. */
import type { Affine } from '../../image/affine.ts'
import { composeAffine } from '../../image/affine.ts'
import { alignmentPoints } from '../../image/alignment.ts'
import type { Point, Size } from '../../image/image.ts'
import { similarityTransform } from '../../image/similarity.ts'
import type { Colour, Person } from './person.ts'
import type { Picture } from './picture.ts'

/** What the drawing library takes; the shape is the library's. */
export interface FaceFeatures {
  fatness: number
  teamColors: [string, string, string]
  hairBg: { id: string }
  body: { id: string; color: string; size: number }
  jersey: { id: string }
  ear: { id: string; size: number }
  head: { id: string; shave: string }
  eyeLine: { id: string }
  smileLine: { id: string; size: number }
  miscLine: { id: string }
  facialHair: { id: string }
  eye: { id: string; angle: number }
  eyebrow: { id: string; angle: number }
  hair: { id: string; color: string; flip: boolean }
  mouth: { id: string; flip: boolean }
  nose: { id: string; flip: boolean; size: number }
  glasses: { id: string }
  accessories: { id: string }
}

type Feature = Exclude<keyof FaceFeatures, 'fatness' | 'teamColors'>

const css = (colour: Colour): string => `rgb(${colour.map((part) => Math.round(part)).join(',')})`

/** The library draws short hair under a hat if given hair it knows to shorten, and otherwise leaves it out unasked. */
const hairUnder = (person: Person, picture: Picture): string =>
  picture.accessory.startsWith('hat')
    ? person.woman
      ? 'none'
      : 'short3'
    : picture.hair === 'bald'
      ? 'none'
      : picture.hair

/** The features of `person` in `picture`. */
export function faceFeatures(person: Person, picture: Picture): FaceFeatures {
  const [first, second, third] = picture.colours
  return {
    fatness: person.fatness,
    teamColors: [css(first), css(second), css(third)],
    hairBg: { id: person.hairBehind },
    body: { id: person.body, color: css(person.skin), size: person.woman ? 0.85 : 1 },
    jersey: { id: picture.jersey },
    ear: { id: person.ear, size: person.earSize },
    head: { id: person.head, shave: `rgba(0,0,0,${person.shave.toFixed(2)})` },
    eyeLine: { id: person.eyeLine },
    smileLine: { id: picture.smileLine, size: 1 },
    miscLine: { id: person.miscLine },
    facialHair: { id: person.facialHair },
    eye: { id: person.eye, angle: person.eyeAngle },
    eyebrow: { id: person.eyebrow, angle: person.eyebrowAngle + picture.browsAngle },
    hair: { id: hairUnder(person, picture), color: css(person.hairColour), flip: person.hairFlip },
    mouth: { id: picture.mouth, flip: picture.mouthFlip },
    nose: { id: person.nose, flip: person.noseFlip, size: person.noseSize },
    glasses: { id: picture.glasses },
    accessories: { id: picture.accessory },
  }
}

/** In the library's drawing order: where each feature's copies are centred, and how far in front of the head they are. */
const layers: readonly {
  readonly feature: Feature
  readonly at: readonly Point[]
  readonly depth: number
}[] = [
  { feature: 'hairBg', at: [{ x: 200, y: 300 }], depth: -0.5 },
  { feature: 'body', at: [{ x: 200, y: 550 }], depth: -0.3 },
  { feature: 'jersey', at: [{ x: 200, y: 550 }], depth: -0.3 },
  {
    feature: 'ear',
    at: [
      { x: 55, y: 325 },
      { x: 345, y: 325 },
    ],
    depth: -0.45,
  },
  { feature: 'head', at: [{ x: 200, y: 300 }], depth: 0 },
  { feature: 'eyeLine', at: [{ x: 200, y: 330 }], depth: 0.6 },
  {
    feature: 'smileLine',
    at: [
      { x: 150, y: 435 },
      { x: 250, y: 435 },
    ],
    depth: 0.6,
  },
  { feature: 'miscLine', at: [{ x: 200, y: 300 }], depth: 0.4 },
  { feature: 'facialHair', at: [{ x: 200, y: 440 }], depth: 0.25 },
  {
    feature: 'eye',
    at: [
      { x: 140, y: 310 },
      { x: 260, y: 310 },
    ],
    depth: 0.6,
  },
  {
    feature: 'eyebrow',
    at: [
      { x: 140, y: 270 },
      { x: 260, y: 270 },
    ],
    depth: 0.65,
  },
  { feature: 'mouth', at: [{ x: 200, y: 440 }], depth: 0.7 },
  { feature: 'nose', at: [{ x: 200, y: 370 }], depth: 1 },
  { feature: 'hair', at: [{ x: 200, y: 200 }], depth: 0.1 },
  { feature: 'glasses', at: [{ x: 200, y: 310 }], depth: 0.6 },
  { feature: 'accessories', at: [{ x: 200, y: 200 }], depth: 0.1 },
]

/** How far the frontmost feature moves when the head turns as far as it does. */
const turn = { x: 24, y: 14 }

/** Where a feature's copy goes: its centre moves by (x, y), and it is scaled about that. */
interface Placement {
  readonly x: number
  readonly y: number
  readonly wide: number
  readonly high: number
}

const still: Placement = { x: 0, y: 0, wide: 1, high: 1 }

const placements = (
  person: Person,
  picture: Picture,
): { readonly [F in Feature]?: (copy: number) => Placement } => {
  const { build } = person
  const outward = (copy: number): number => (copy === 0 ? -1 : 1) * build.eyesApart
  return {
    eye: (copy) => ({
      x: outward(copy),
      y: build.eyesDown,
      wide: build.eyeScale,
      high: build.eyeScale * picture.eyesOpen,
    }),
    eyebrow: (copy) => ({
      ...still,
      x: outward(copy),
      y: build.eyesDown + build.browsDown + picture.browsDown,
    }),
    eyeLine: () => ({ ...still, y: build.eyesDown }),
    glasses: () => ({ ...still, y: build.eyesDown, wide: 1 + build.eyesApart / 200 }),
    nose: () => ({ ...still, y: build.noseDown }),
    mouth: () => ({
      x: 0,
      y: build.mouthDown,
      wide: build.mouthWide,
      high: build.mouthHigh * picture.mouthOpen,
    }),
    smileLine: () => ({ ...still, y: build.mouthDown }),
  }
}

/** Splits drawn SVG into the groups right under its root. @throws Error where the drawing has another shape */
export function topGroups(svg: string): string[] {
  const groups: string[] = []
  let depth = 0
  let begin = 0
  for (const match of svg.matchAll(/<(\/?)([a-zA-Z]+)\b[^>]*?(\/?)>/g)) {
    const [tag, closing, , empty] = match
    if (closing === '/') {
      depth -= 1
      if (depth === 1) groups.push(svg.slice(begin, match.index + tag.length))
    } else if (empty !== '/') {
      if (depth === 1) begin = match.index
      depth += 1
    }
  }
  if (depth !== 0) throw new Error('The drawing library gave SVG that does not close')
  return groups
}

/** The five points of the face in the drawing's units, as an aligner would find them. */
const landmarks = (person: Person, picture: Picture): readonly Point[] => {
  const { build } = person
  const side = (depth: number): number => picture.yaw * turn.x * depth
  const up = (depth: number): number => picture.pitch * turn.y * depth
  const eyeY = 310 + build.eyesDown + up(0.6)
  const mouthY = 440 + build.mouthDown + up(0.7)
  const half = 50 * build.mouthWide
  return [
    { x: 140 - build.eyesApart + side(0.6), y: eyeY },
    { x: 260 + build.eyesApart + side(0.6), y: eyeY },
    { x: 200 + side(1), y: 378 + build.noseDown + up(1) },
    { x: 200 - half + side(0.7), y: mouthY },
    { x: 200 + half + side(0.7), y: mouthY },
  ]
}

/** From the drawing's units to pixels: aligned by the five points, but for the picture's errors of alignment. */
const frameOf = (person: Person, picture: Picture, size: Size): Affine => {
  const aligned = similarityTransform(landmarks(person, picture), alignmentPoints(size))
  const { frame } = picture
  const cos = Math.cos((frame.degrees * Math.PI) / 180) * frame.zoom
  const sin = Math.sin((frame.degrees * Math.PI) / 180) * frame.zoom
  const cx = size.width / 2
  const cy = size.height / 2
  const jitter: Affine = {
    a: cos,
    b: -sin,
    c: cx - cos * cx + sin * cy + frame.x * size.width,
    d: sin,
    e: cos,
    f: cy - sin * cx - cos * cy + frame.y * size.height,
  }
  const toEdges: Affine = { a: 1, b: 0, c: 0.5, d: 0, e: 1, f: 0.5 }
  return composeAffine(jitter, composeAffine(toEdges, aligned))
}

const number = (value: number): string => value.toFixed(3)

const placed = (group: string, centre: Point, place: Placement, moveX: number, moveY: number): string => {
  const x = number(centre.x + place.x + moveX)
  const y = number(centre.y + place.y + moveY)
  const scale = `scale(${number(place.wide)} ${number(place.high)})`
  return `<g transform="translate(${x} ${y}) ${scale} translate(${-centre.x} ${-centre.y})">${group}</g>`
}

/**
 * The SVG of a picture, `size` pixels large, from what the library drew for `features`.
 * @throws Error where the library's drawing does not consist of the features in their order
 */
export function composeSvg(
  drawn: string,
  features: FaceFeatures,
  person: Person,
  picture: Picture,
  size: Size,
): string {
  const groups = topGroups(drawn)
  const place = placements(person, picture)
  const shown = layers.filter(({ feature }) => features[feature].id !== 'none')
  const slots = shown.flatMap((layer) => layer.at.map((centre, copy) => ({ layer, centre, copy })))
  if (groups.length !== slots.length) {
    throw new Error(`Expected ${slots.length} drawn features, got ${groups.length}`)
  }
  const body = slots.map(({ layer, centre, copy }, index) => {
    const own = place[layer.feature]?.(copy) ?? still
    const moveX = picture.yaw * turn.x * layer.depth
    const moveY = picture.pitch * turn.y * layer.depth
    return placed(groups[index] ?? '', centre, own, moveX, moveY)
  })
  const { a, b, c, d, e, f } = frameOf(person, picture, size)
  const covers = picture.covers.map(
    (cover) =>
      `<rect x="${number(-cover.width / 2)}" y="${number(-cover.height / 2)}" width="${number(cover.width)}" ` +
      `height="${number(cover.height)}" rx="${number(Math.min(cover.width, cover.height) / 4)}" ` +
      `fill="${css(cover.colour)}" transform="translate(${number(cover.x)} ${number(cover.y)}) rotate(${number(cover.degrees)})"/>`,
  )
  const [near, far] = picture.background
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}">` +
    `<defs><linearGradient id="b" gradientTransform="rotate(${number(picture.backgroundDegrees)} 0.5 0.5)">` +
    `<stop offset="0" stop-color="${css(near)}"/><stop offset="1" stop-color="${css(far)}"/></linearGradient></defs>` +
    `<rect width="100%" height="100%" fill="url(#b)"/>` +
    `<g transform="matrix(${[a, d, b, e, c, f].map((value) => value.toFixed(6)).join(' ')})">` +
    `${body.join('')}${covers.join('')}</g></svg>`
  )
}
