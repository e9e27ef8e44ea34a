/** @file The note's first claim: how long a class weight is moves softmax's boundary, and not normalised softmax's. */
import { inDegrees } from './degrees.ts'
import { fixed } from './format.ts'
import { turned } from './geometry.ts'
import type { Spot } from './labels.ts'
import { paint } from './palette.ts'
import type { Pane } from './pane.ts'
import { decide, type DecisionRule } from './sectors.ts'
import { arrow, circle, cross, onCircle, polygon, polyline, words } from './shapes.ts'

/** Two classes in the plane. */
export interface WeightLength {
  readonly title: string
  readonly rule: DecisionRule
  /** Directions of W_1 and W_2, radians. */
  readonly angles: readonly [number, number]
  /** ‖W_1‖ and ‖W_2‖. */
  readonly lengths: readonly [number, number]
  /** Features [N, 2] within about 3 of the origin, and their classes, 0 or 1, [N]. */
  readonly features: ArrayLike<number>
  readonly labels: ArrayLike<number>
}

const rawWeights = ({ angles, lengths }: Pick<WeightLength, 'angles' | 'lengths'>): number[] =>
  angles.flatMap((angle, which) => [
    (lengths[which] ?? 1) * Math.cos(angle),
    (lengths[which] ?? 1) * Math.sin(angle),
  ])

/** The direction between the weights at which the decision changes, radians: W_1ᵀx = W_2ᵀx, or cos θ_1 = cos θ_2. */
export function boundaryDirection(two: Pick<WeightLength, 'angles' | 'lengths' | 'rule'>): number {
  const turn = turned(two.angles[0], two.angles[1])
  if (two.rule.normaliseWeights) return two.angles[0] + turn / 2
  // ‖W_1‖cos β = ‖W_2‖cos(φ − β)
  const [one, other] = two.lengths
  const beta = Math.atan2(one - other * Math.cos(turn), other * Math.sin(Math.abs(turn)))
  return two.angles[0] + Math.sign(turn) * beta
}

/** How many of the features are decided wrongly. */
export function wronglyDecided(two: WeightLength): number[] {
  const weights = rawWeights(two)
  return Array.from(two.labels, (_, row) => row).filter((row) => {
    const angle = Math.atan2(two.features[2 * row + 1] ?? 0, two.features[2 * row] ?? 0)
    return decide(weights, two.rule, angle).winner !== two.labels[row]
  })
}

const side = 300
const top = 34
/** The plane is shown from −3.4 to 3.4. */
const reach = 3.4

/** A drawn plane with the tip of W_1, and the length of W_1 that a pixel asks for. */
export interface WeightLengthPane extends Pane {
  readonly tip: Spot
  readonly lengthAt: (spot: Spot) => number
}

const centre: Spot = { x: side / 2, y: top + side / 2 }
const place = (x: number, y: number): Spot => ({
  x: centre.x + (x / reach) * (side / 2),
  y: centre.y - (y / reach) * (side / 2),
})

/** Discs for one class, triangles for the other; a cross through what is decided wrongly. */
const mark = (spot: Spot, label: number, isWrong: boolean): string => {
  const colour = paint(label === 0 ? 'blue' : 'orange')
  const shape =
    label === 0
      ? circle(spot, 3, { fill: colour, 'fill-opacity': 0.75 })
      : polygon(
          [
            { x: spot.x, y: spot.y - 4 },
            { x: spot.x + 3.6, y: spot.y + 2.6 },
            { x: spot.x - 3.6, y: spot.y + 2.6 },
          ],
          { fill: colour, 'fill-opacity': 0.75 },
        )
  if (!isWrong) return shape
  return `${shape}<path d="${cross(spot, 5)}" stroke="${paint('ink')}" stroke-width="1.6" fill="none"/>`
}

/** The half of the square on one side of a line through its middle. */
const halfSquare = (direction: number, isLeft: boolean): Spot[] => {
  const far = side
  const along = onCircle(centre, far, direction)
  const back = onCircle(centre, far, direction + Math.PI)
  const beside = direction + (isLeft ? Math.PI / 2 : -Math.PI / 2)
  const shift = { x: far * Math.cos(beside), y: -far * Math.sin(beside) }
  const quad = [
    along,
    back,
    { x: back.x + shift.x, y: back.y + shift.y },
    { x: along.x + shift.x, y: along.y + shift.y },
  ]
  return clipped(quad)
}

/** Sutherland and Hodgman's clipping of a convex polygon to the square. */
function clipped(corners: readonly Spot[]): Spot[] {
  const [left, right, up, down] = [0, side, top, top + side]
  const edges: readonly (readonly [(spot: Spot) => number])[] = [
    [(spot) => spot.x - left],
    [(spot) => right - spot.x],
    [(spot) => spot.y - up],
    [(spot) => down - spot.y],
  ]
  return edges.reduce<Spot[]>(
    (polygonSoFar, [depth]) =>
      polygonSoFar.flatMap((spot, index) => {
        const next = polygonSoFar[(index + 1) % polygonSoFar.length] ?? spot
        const [here, there] = [depth(spot), depth(next)]
        const share = here / (here - there)
        const crossing = { x: spot.x + (next.x - spot.x) * share, y: spot.y + (next.y - spot.y) * share }
        return [...(here >= 0 ? [spot] : []), ...(here >= 0 !== there >= 0 ? [crossing] : [])]
      }),
    [...corners],
  )
}

/** Draws the plane with both regions, the boundary, the weights and the features. */
export function weightLengthPane(two: WeightLength): WeightLengthPane {
  const { angles, lengths, labels, features, title } = two
  const boundary = boundaryDirection(two)
  const wrong = new Set(wronglyDecided(two))
  const colours = [paint('blue'), paint('orange')]
  const isFirstLeft = turned(boundary, angles[0]) > 0
  const tips = angles.map((angle, which) => {
    const length = lengths[which] ?? 1
    return place(length * Math.cos(angle), length * Math.sin(angle))
  })
  const ends = [boundary, boundary + Math.PI].map((angle) => {
    const stretch = side / 2 / Math.max(Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle)))
    return { x: centre.x + stretch * Math.cos(angle), y: centre.y - stretch * Math.sin(angle) }
  })
  const apart = angles.map((angle) => Math.abs(inDegrees(turned(angle, boundary))))
  const sentence = `boundary ${fixed(apart[0] ?? 0, 0)}° from W₁, ${fixed(apart[1] ?? 0, 0)}° from W₂`
  const outcome = `${wrong.size} of ${labels.length} decided wrongly (crossed)`
  const labelAt = (which: 0 | 1): Spot => {
    const tip = tips[which] ?? centre
    const angle = angles[which]
    return { x: tip.x + 21 * Math.cos(angle), y: tip.y - 21 * Math.sin(angle) }
  }
  const small = { 'font-size': 12 }
  return {
    tip: tips[0] ?? centre,
    lengthAt: ({ x, y }) =>
      (((x - centre.x) * Math.cos(angles[0]) - (y - centre.y) * Math.sin(angles[0])) * reach) / (side / 2),
    markup: [
      polygon(halfSquare(boundary, isFirstLeft), { fill: colours[0] ?? '', 'fill-opacity': 0.16 }),
      polygon(halfSquare(boundary, !isFirstLeft), { fill: colours[1] ?? '', 'fill-opacity': 0.16 }),
      `<rect x="0" y="${top}" width="${side}" height="${side}" fill="none" stroke="${paint('grid')}"/>`,
      ...Array.from(labels, (label, row) =>
        mark(place(features[2 * row] ?? 0, features[2 * row + 1] ?? 0), label, wrong.has(row)),
      ),
      polyline(ends, { stroke: paint('ink'), 'stroke-width': 1.6, 'stroke-dasharray': '5,4' }),
      ...tips.map((tip, which) => arrow(centre, tip, colours[which] ?? '', 3)),
      ...([0, 1] as const).map((which) =>
        words(which === 0 ? 'W₁' : 'W₂', labelAt(which), { 'font-weight': 600, fill: colours[which] ?? '' }),
      ),
      words(title, { x: centre.x, y: 14 }, { 'font-weight': 600 }),
      words(sentence, { x: centre.x, y: top + side + 16 }, small),
      words(outcome, { x: centre.x, y: top + side + 34 }, small),
    ].join(''),
    size: { width: side, height: top + side + 48 },
    caption: { title: `Two classes in the plane under ${title}`, description: `${sentence}; ${outcome}.` },
  }
}
