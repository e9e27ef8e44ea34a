/** @file The curves of evaluations, all models in one picture of each kind. */
import type { ProtocolReport } from '../evaluate/protocol/report.ts'
import { shareFigure } from '../plot/cmc.ts'
import { detFigure } from '../plot/det.ts'
import type { Drawing } from '../plot/drawing.ts'
import { percent } from '../plot/format.ts'
import { rocFigure } from '../plot/roc.ts'
import type { Html } from './html.ts'
import { figure } from './page.ts'

const titleOf = (reports: readonly ProtocolReport[]): string => reports[0]?.record.title ?? ''

const namesOf = (reports: readonly ProtocolReport[]): string => reports.map(({ name }) => name).join(', ')

/** The power of ten at or above which points rest on at least one false accept of each model. */
const smallestRate = (rates: readonly number[]): number => {
  const least = Math.min(...rates.filter((rate) => rate > 0), 0.1)
  return Math.max(1e-7, 10 ** Math.ceil(Math.log10(least) - 1e-9))
}

const rocOf = (drawing: Drawing, reports: readonly ProtocolReport[]): Html[] => {
  const drawn = reports.filter(({ curves }) => (curves.roc ?? []).length > 0)
  if (drawn.length === 0) return []
  const smallest = smallestRate(drawn.flatMap(({ curves }) => (curves.roc ?? []).map(({ far }) => far)))
  const curves = drawn.map((report) => {
    const auc = report.groups[0]?.figures.find(({ id }) => id === 'auc')?.value
    return { name: report.name, points: report.curves.roc ?? [], auc }
  })
  const misses = drawn.flatMap(({ curves: { roc = [] } }) => roc.map(({ tar }) => 1 - tar))
  const bare = curves.map(({ name, points }) => ({ name, points }))
  return [
    figure(
      rocFigure(drawing, {
        caption: {
          title: `Receiver operating characteristic, ${titleOf(reports)}`,
          description: curves
            .map(({ name, auc }) => `${name}: area ${auc === undefined ? 'unknown' : percent(auc, 2)}`)
            .join('; '),
        },
        smallestFar: smallest,
        // several names need the room that the areas would take; those stand in the table
        curves: curves.map(({ auc, ...curve }) =>
          auc === undefined || curves.length > 1 ? curve : { ...curve, auc },
        ),
      }),
      'ROC: recognised against falsely accepted',
      'Higher is better. Each point is a threshold; the horizontal axis is logarithmic and ends where a single false accept would carry a point.',
    ),
    figure(
      detFigure(drawing, {
        caption: { title: `Detection error trade-off, ${titleOf(reports)}`, description: namesOf(drawn) },
        smallestFar: Math.max(smallest, 1e-6),
        smallestFrr: Math.min(0.01, Math.max(smallestRate(misses), 1e-4)),
        curves: bare,
        labels: { x: 'false match rate (FMR)', y: 'false non-match rate (FNMR)' },
      }),
      'DET: one error against the other',
      'Lower is better. On normal-deviate axes curves of usual score distributions are nearly straight; the dotted line is where both errors are equal.',
    ),
  ]
}

const sharesOf = (
  drawing: Drawing,
  reports: readonly ProtocolReport[],
  kind: 'cmc' | 'distractors',
  texts: {
    readonly title: string
    readonly label: string
    readonly heading: string
    readonly reading: string
  },
): Html[] => {
  const curves = reports.flatMap(({ name, curves: { [kind]: points = [] } }) =>
    points.length < 2 ? [] : [{ name, points }],
  )
  return curves.length === 0
    ? []
    : [
        figure(
          shareFigure(drawing, {
            caption: { title: `${texts.title}, ${titleOf(reports)}`, description: namesOf(reports) },
            label: texts.label,
            curves,
          }),
          texts.heading,
          texts.reading,
        ),
      ]
}

const openOf = (drawing: Drawing, reports: readonly ProtocolReport[]): Html[] => {
  const drawn = reports.filter(({ curves }) => (curves.open ?? []).length > 1)
  if (drawn.length === 0) return []
  const rates = drawn.flatMap(({ curves }) => (curves.open ?? []).map(({ fpir }) => fpir))
  return [
    figure(
      rocFigure(drawing, {
        caption: { title: `Open-set identification, ${titleOf(reports)}`, description: namesOf(drawn) },
        smallestFar: smallestRate(rates),
        curves: drawn.map(({ name, curves }) => ({
          name,
          points: (curves.open ?? []).map(({ fpir, tpir }) => ({ far: fpir, tar: tpir })),
        })),
        labels: {
          x: 'searches for strangers with an answer (FPIR)',
          y: 'enrolled people found (TPIR)',
        },
        openSet: true,
      }),
      'Open set: found against falsely answered',
      'Higher is better. The mate must outscore everybody else and reach the threshold that strangers rarely reach.',
    ),
  ]
}

/** ROC, DET, CMC, rank-1 against distractors and the open set, whichever the evaluations have. */
export function protocolFigures(drawing: Drawing, reports: readonly ProtocolReport[]): readonly Html[] {
  return [
    ...rocOf(drawing, reports),
    ...sharesOf(drawing, reports, 'cmc', {
      title: 'Cumulative match characteristic',
      label: 'rank',
      heading: 'CMC: among the first so many',
      reading: 'The share of searches whose right answer is among the first k; the axis of k is logarithmic.',
    }),
    ...sharesOf(drawing, reports, 'distractors', {
      title: 'Rank-1 against the number of distractors',
      label: 'distractors',
      heading: 'Rank-1 as distractors grow',
      reading: 'The share of searches whose right answer comes first; bands are 95 % intervals over people.',
    }),
    ...openOf(drawing, reports),
  ]
}
