/** @file Fig 2 with a point in it: whose the point is under a loss, and whether it lies inside the margin. */
import { type Boundary, boundaryPanel, type Claim, claimAt } from './boundary.ts'
import { fixed } from './format.ts'
import type { Spot } from './labels.ts'
import { paint } from './palette.ts'
import type { Pane } from './pane.ts'
import { circle, moved, words } from './shapes.ts'

/** One loss for two classes, with a movable point. */
export interface DecisionBand extends Boundary {
  /** What each class's own cosine becomes, in words: `cos θ₁ − m`. */
  readonly ownNames: readonly [string, string]
  /** What decides when nothing is asked: `cos θ₁`, or `‖W₁‖cos θ₁`. */
  readonly names: readonly [string, string]
  /** cos θ_1 and cos θ_2 of the point. */
  readonly point: readonly [number, number]
}

/** What a point's place means. */
export interface BandVerdict {
  readonly claim: Claim
  /** The class that wins where nothing is asked, 0 or 1; the first on the boundary itself. */
  readonly winner: 0 | 1
  /** Two sentences: who decides, and whether the loss is content. */
  readonly sentences: readonly [string, string]
}

const sentenceOf: {
  readonly [K in Claim]: (band: DecisionBand, winner: 0 | 1, own: string, other: string) => string
} = {
  first: (band, winner, own, other) => contented(band, winner, own, other),
  second: (band, winner, own, other) => contented(band, winner, own, other),
  margin: ({ ownNames }, winner, own, other) => `Inside the margin: ${ownNames[winner]} = ${own} < ${other}.`,
  overlap: (_, winner) => `Overlap: lengths exchanged, class ${2 - winner} would win.`,
}

const contented = (
  { rule, ownNames, names }: DecisionBand,
  winner: 0 | 1,
  own: string,
  other: string,
): string => {
  if (!rule.normaliseWeights) return 'It would also win with the lengths exchanged.'
  return ownNames[winner] === names[winner]
    ? 'No margin is asked for.'
    : `Clear of the margin: ${ownNames[winner]} = ${own} ≥ ${other}.`
}

/** Who decides for the band's point and whether it is inside the margin. */
export function bandVerdict(band: DecisionBand): BandVerdict {
  const { rule, point, names, norms = [1, 1] } = band
  const weigh = (which: 0 | 1): number => point[which] * (rule.normaliseWeights ? 1 : norms[which])
  const winner = weigh(0) >= weigh(1) ? 0 : 1
  const other = winner === 0 ? 1 : 0
  const claim = claimAt(band, point)
  const [won, lost] = [fixed(weigh(winner), 2), fixed(weigh(other), 2)]
  return {
    claim,
    winner,
    sentences: [
      `Class ${winner + 1} wins: ${names[winner]} = ${won} ${won === lost ? '≈' : '>'} ${lost} = ${names[other]}.`,
      sentenceOf[claim](band, winner, fixed(rule.own(point[winner]), 2), fixed(point[other], 2)),
    ],
  }
}

const side = 260
const corner: Spot = { x: 58, y: 40 }

/** A drawn band: the pane, where its point lies, and which cosines a pixel stands for. */
export interface DecisionBandPane extends Pane {
  readonly spot: Spot
  readonly cosinesAt: (spot: Spot) => readonly [number, number]
}

/** Draws the regions, the margin between them and the point. */
export function decisionBandPane(band: DecisionBand): DecisionBandPane {
  const { axes, point, ownNames, rule, names, title } = band
  const [low, high] = axes === 'cosine' ? [-1, 1] : [0, Math.PI]
  const onAxis = (cosine: number): number =>
    axes === 'cosine' ? cosine : Math.acos(Math.max(-1, Math.min(1, cosine)))
  const share = (value: number): number => (value - low) / (high - low)
  const place = ([one, two]: readonly [number, number]): Spot => ({
    x: corner.x + share(onAxis(one)) * side,
    y: corner.y + (1 - share(onAxis(two))) * side,
  })
  const spot = place(point)
  const verdict = bandVerdict(band)
  // the first class is content at small θ_1 and large θ_2: at the lower right of cosines, the upper left of angles
  const small = { 'font-size': 12 }
  const formula = (which: 0 | 1): string =>
    rule.normaliseWeights
      ? `${ownNames[which]} ≥ cos θ${which === 0 ? '₂' : '₁'}`
      : `${names[which]} ≥ ${names[which === 0 ? 1 : 0]}`
  const isAtRight = (which: 0 | 1): boolean => (which === 0) === (axes === 'cosine')
  const demands = ([0, 1] as const).map((which) =>
    words(
      formula(which),
      isAtRight(which)
        ? { x: corner.x + side - 7, y: corner.y + side - 13 }
        : { x: corner.x + 7, y: corner.y + 13 },
      {
        ...small,
        'text-anchor': isAtRight(which) ? 'end' : 'start',
        fill: paint(which === 0 ? 'blue' : 'orange'),
      },
    ),
  )
  // the middle of the square lies inside every margin; overlaps are widest towards the end of the diagonal
  const between = (['margin', 'overlap'] as const).flatMap((claim) => {
    const at: readonly [number, number] = claim === 'margin' ? [0, 0] : [0.72, 0.72]
    return claimAt(band, at) === claim
      ? [words(claim, place(at), { ...small, 'font-weight': 600, fill: paint('soft') })]
      : []
  })
  const size = { width: corner.x + side + 22, height: corner.y + side + 92 }
  const middle = size.width / 2
  return {
    spot,
    cosinesAt: ({ x, y }) => {
      const held = (value: number): number => Math.max(0, Math.min(1, value))
      const one = low + held((x - corner.x) / side) * (high - low)
      const two = low + held(1 - (y - corner.y) / side) * (high - low)
      return axes === 'cosine' ? [one, two] : [Math.cos(one), Math.cos(two)]
    },
    markup: [
      moved(corner, boundaryPanel(band, side)),
      ...demands,
      ...between,
      circle(spot, 6, { fill: paint('ink'), stroke: paint('surface'), 'stroke-width': 2 }),
      ...verdict.sentences.map((sentence, line) =>
        words(sentence, { x: middle, y: corner.y + side + 58 + 18 * line }, small),
      ),
    ].join(''),
    size,
    caption: {
      title: `Decision regions of two classes under ${title}`,
      description: verdict.sentences.join(' '),
    },
  }
}
