/** @file Eq 6 and Eq 7 as charts: which s and which m can work, with a setting marked. */
import { checkInteger, checkNumber } from '../base/check.ts'
import { type MarginBound, marginUpperBound, scaleLowerBound } from '../loss/bounds.ts'
import { type BoundPane, boundPane } from '../plot/bound-chart.ts'
import { byOdds, type ChartAxis, logarithmic } from '../plot/chart-frame.ts'
import { count, fixed, short, superscript } from '../plot/format.ts'
import type { XY } from '../plot/xy.ts'

/** A setting to be judged. */
export interface BoundSetting {
  /** C, at least 2. */
  readonly classes: number
  /** s. */
  readonly scale: number
  /** m, a cosine. */
  readonly margin: number
  /** P, in (0, 1). */
  readonly posterior: number
  /** D, at least 2. */
  readonly embeddingSize: number
}

const mostClasses = 1e7
const axisPosteriors = { from: 0.5, to: 0.9999 }

/** Whole numbers from 2, spread by their logarithm, the given ones among them. */
function classCounts(most: number, points: number, among: readonly number[] = []): number[] {
  const spread = Array.from({ length: points }, (_, i) => Math.round(2 * (most / 2) ** (i / (points - 1))))
  return [...new Set([...spread, ...among])]
    .filter((classes) => classes >= 2 && classes <= most)
    .sort((a, b) => a - b)
}

const classAxis = (most: number): ChartAxis => ({
  label: 'classes C',
  from: 2,
  to: most,
  bend: logarithmic,
  ticks: (most <= 100 ? [2, 5, 10, 20, 50, 100] : [2, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7]).filter(
    (tick) => tick <= most,
  ),
  format: (value) => (value < 1000 ? String(value) : `10${superscript(Math.round(Math.log10(value)))}`),
})

const scaleAxis = (scale: number): ChartAxis => {
  const to = scale <= 30 ? 32 : scale <= 60 ? 64 : Math.ceil((scale * 1.1) / 32) * 32
  return { label: 'scale s', from: 0, to, ticks: [0, 1, 2, 3, 4].map((i) => (i * to) / 4), format: String }
}

const judged = (setting: BoundSetting): BoundSetting => {
  checkInteger('classes', setting.classes, { min: 2, max: mostClasses })
  checkNumber('scale', setting.scale, { min: 0, max: 1000 })
  checkNumber('margin', setting.margin, { min: 0, max: 2 })
  checkNumber('posterior', setting.posterior, { above: 0, below: 1 })
  checkInteger('embeddingSize', setting.embeddingSize, { min: 2 })
  return setting
}

const named = { can: 'can work', cannot: 'cannot work' }

const scaleSentence = ({ classes, scale, posterior }: BoundSetting): string => {
  const least = scaleLowerBound(classes, posterior)
  return scale >= least
    ? `s ≥ ${fixed(least, 2)}: the centres can reach P = ${posterior}.`
    : `s < ${fixed(least, 2)}: P = ${posterior} is out of reach.`
}

/**
 * Eq 6 over C: the least s with which the centres of C classes reach the posterior P, for this P and for others.
 * @throws UsageError on a number out of its range
 */
export function scaleOverClasses(setting: BoundSetting): BoundPane {
  const { classes, scale, posterior } = judged(setting)
  const counts = classCounts(mostClasses, 80, [classes])
  const bound = (of: number): XY[] => counts.map((x) => ({ x, y: Math.max(0, scaleLowerBound(x, of)) }))
  return boundPane({
    title: `Eq 6: least s over C, P = ${posterior}`,
    x: classAxis(mostClasses),
    y: scaleAxis(scale),
    works: 'above',
    ...named,
    limit: bound(posterior),
    limitName: { text: `P = ${posterior}` },
    curves: [0.9, 0.9999]
      .filter((other) => other !== posterior)
      .map((other) => ({ name: `P = ${other}`, points: bound(other) })),
    rules: [],
    current: {
      x: classes,
      y: scale,
      name: `C = ${count(classes)}, s = ${short(scale)}`,
      sentence: scaleSentence(setting),
    },
  })
}

/**
 * Eq 6 over P: the least s for each wanted posterior, for this C and for others.
 * @throws UsageError on a number out of its range
 */
export function scaleOverPosterior(setting: BoundSetting): BoundPane {
  const { classes, scale, posterior } = judged(setting)
  const [low, high] = [byOdds.forward(axisPosteriors.from), byOdds.forward(axisPosteriors.to)]
  const here = Math.max(axisPosteriors.from, Math.min(axisPosteriors.to, posterior))
  const even = Array.from({ length: 81 }, (_, i) => byOdds.back(low + ((high - low) * i) / 80))
  const shares = [...even.filter((x) => x < here), here, ...even.filter((x) => x > here)]
  const bound = (of: number): XY[] => shares.map((x) => ({ x, y: Math.max(0, scaleLowerBound(of, x)) }))
  return boundPane({
    title: `Eq 6: least s over P, C = ${count(classes)}`,
    x: {
      label: 'posterior P of a class centre',
      ...axisPosteriors,
      bend: byOdds,
      ticks: [0.5, 0.9, 0.99, 0.999, 0.9999],
      format: String,
    },
    y: scaleAxis(scale),
    works: 'above',
    ...named,
    limit: bound(classes),
    limitName: { text: `C = ${count(classes)}` },
    curves: [8, 10_575, 1_000_000]
      .filter((other) => other !== classes)
      .map((other) => ({ name: `C = ${count(other)}`, points: bound(other) })),
    rules: [],
    current: {
      x: here,
      y: scale,
      name: `P = ${posterior}, s = ${short(scale)}`,
      sentence: scaleSentence(setting),
    },
  })
}

/** What the bound of a regime says of a margin that meets it. */
const regimeWords: { readonly [K in MarginBound['regime']]: string } = {
  plane: 'what 1 − cos(2π/C) allows.',
  simplex: 'what C/(C−1) allows.',
  crowded: 'not ruled out; Eq 7: m ≪ C/(C−1).',
}

const marginSentence = (margin: number, { largest, regime }: MarginBound): string => {
  const limit = largest < 0.01 ? short(largest) : fixed(largest, 3)
  return margin <= largest
    ? `m ≤ ${limit}, ${regimeWords[regime]}`
    : `m > ${limit}: no directions lie so far apart.`
}

/** In the plane margins are gone long before there are many classes. */
const mostInMargins = (embeddingSize: number): number => (embeddingSize === 2 ? 100 : 1e6)

/** Eq 7's largest m over C in D dimensions, as the chart draws it; it depends on D alone. */
export function marginLimit(embeddingSize: number): XY[] {
  const corner = embeddingSize === 2 ? [] : [embeddingSize + 1, embeddingSize + 2]
  return classCounts(mostInMargins(embeddingSize), 64, corner).map((x) => ({
    x,
    y: marginUpperBound(x, embeddingSize).largest,
  }))
}

/**
 * Eq 7 over C: the largest m in D dimensions, in its three regimes: the plane, C ≤ D + 1, and C > D + 1, where the figure
 * C/(C−1) is far from reached and what no arrangement of directions exceeds is drawn instead.
 * @param curve of `marginLimit`, which need not be found again for every m
 * @throws UsageError on a number out of its range
 */
export function marginOverClasses(
  setting: BoundSetting,
  curve: readonly XY[] = marginLimit(setting.embeddingSize),
): BoundPane {
  const { classes, margin, embeddingSize } = judged(setting)
  const bound = marginUpperBound(classes, embeddingSize)
  const most = mostInMargins(embeddingSize)
  const here = { x: Math.min(most, classes), y: bound.largest }
  const limit = [...curve.filter(({ x }) => x < here.x), here, ...curve.filter(({ x }) => x > here.x)]
  const counts = curve.map(({ x }) => x)
  const isPlane = embeddingSize === 2
  const ratio = counts.map((x) => ({ x, y: x / (x - 1) }))
  const plane = counts.map((x) => ({ x, y: marginUpperBound(x, 2).bound }))
  return boundPane({
    title: `Eq 7: largest m over C, D = ${embeddingSize}`,
    x: classAxis(most),
    y: {
      label: 'margin m (cosine)',
      from: 0,
      to: 2,
      ticks: [0, 0.5, 1, 1.5, 2],
      format: (value) => fixed(value, 1),
    },
    works: 'below',
    ...named,
    limit,
    limitName: isPlane ? { text: '1 − cos(2π/C)', at: 5 } : { text: 'C/(C−1)', at: 3 },
    curves: isPlane
      ? [{ name: 'C/(C−1)', points: ratio, dashed: true }]
      : [
          { name: '', points: ratio, dashed: true },
          { name: 'D = 2', points: plane, dashed: true, nameAt: 5 },
        ],
    rules: isPlane ? [] : [{ at: embeddingSize + 1, before: 'C ≤ D+1', after: 'C > D+1' }],
    current: {
      x: here.x,
      y: margin,
      name: `C = ${count(classes)}, m = ${short(margin)}`,
      sentence: marginSentence(margin, bound),
    },
  })
}
