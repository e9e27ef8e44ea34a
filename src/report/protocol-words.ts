/** @file The figures of protocols as readers see them; the same words on consoles, in Markdown and on pages. */
import type { Figure } from '../evaluate/protocol/figure.ts'
import type { ProtocolRecord } from '../evaluate/protocol/record.ts'
import { overlapText } from '../evaluate/overlap.ts'
import type { ProtocolReport } from '../evaluate/protocol/report.ts'
import { fixed, percent } from '../plot/format.ts'
import { intervalShort } from './words.ts'

const values: Readonly<Record<Figure['unit'], (figure: Figure, value: number) => string>> = {
  share: ({ id }, value) =>
    id === 'standard-error' || id === 'population-std'
      ? `${fixed(value * 100, 3)} points`
      : percent(value, value > 0 && (value < 0.01 || value > 0.99) ? 2 : 1),
  cosine: (_, value) => fixed(value, 4),
  'squared distance': (_, value) => fixed(value, 3),
}

/** A figure's value, or that the data cannot carry it. */
export function valueText(figure: Figure): string {
  const { value, insufficient } = figure
  if (value === undefined || insufficient !== undefined)
    return insufficient?.startsWith('insufficient searches') === true
      ? 'insufficient searches'
      : 'insufficient pairs'
  return values[figure.unit](figure, value)
}

/** A figure's interval, or a dash. */
export function boundsText({ interval, insufficient }: Figure): string {
  if (interval === undefined || insufficient !== undefined) return '–'
  return interval.low > 0.99 || (interval.high < 0.01 && interval.high > 0)
    ? `${fixed(interval.low * 100, 2)}–${percent(interval.high, 2)}`
    : intervalShort(interval.low, interval.high)
}

/** What is to be said about a figure besides: why it is missing, or what it means. */
export function noteText({ insufficient, note }: Figure): string {
  if (insufficient !== undefined) return insufficient.replace(/^insufficient [a-z]+:? ?/, '')
  return note ?? ''
}

/** The record's entries, in words. */
export function recordEntries(record: ProtocolRecord): readonly (readonly [name: string, value: string])[] {
  return [
    ['protocol', `${record.protocol} (${record.title})`],
    ['convention', record.convention],
    ['model', record.model ?? 'embeddings from elsewhere'],
    ...(record.rows === undefined ? [] : [['rows', record.rows] as const]),
    ['aligner', record.aligner],
    ['seed', String(record.seed)],
    ['files', record.files.join(', ')],
    ...(record.overlap === undefined ? [] : [['people', overlapText(record.overlap)] as const]),
  ]
}

const headlineOf = /^(accuracy|tar@far=|rank-1|precision@1)/

/** The figure a reader asks for first: accuracy, TAR at the lowest FAR the pairs carry, rank-1 among most distractors. */
export function headlineFigure({ groups }: ProtocolReport): Figure | undefined {
  const [group] = groups
  const carried = (group?.figures ?? []).filter(({ id, value }) => headlineOf.test(id) && value !== undefined)
  const accuracy = carried.find(({ id }) => id === 'accuracy')
  if (accuracy !== undefined) return accuracy
  const rank = carried.findLast(({ id }) => id.startsWith('rank-1@'))
  return rank ?? carried.find(({ id }) => id === 'rank-1') ?? carried[0]
}

/** The headline in a sentence. */
export function protocolHeadline(report: ProtocolReport): string {
  const figure = headlineFigure(report)
  if (figure === undefined) return `${report.name}, ${report.record.title}: these data carry no figure.`
  const bounds = figure.interval === undefined ? '' : ` (95 % interval ${boundsText(figure)})`
  return `${report.name}, ${report.record.title}: ${figure.name} ${valueText(figure)}${bounds}.`
}
