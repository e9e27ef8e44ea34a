/** @file An evaluation as plain text and as Markdown. */
import type { Interval, VerificationResult } from '../evaluate/result.ts'
import { count, fixed, percent, shortPercent } from '../plot/format.ts'
import { type TextColumn, textTable } from './table.ts'
import { accuracyWithError, headline, type ImageKind, intervalShort, limits, type SetRole } from './words.ts'

/** A named result; several make a comparison. */
export interface NamedResult {
  readonly name: string
  readonly result: VerificationResult
}

const comparisonColumns: readonly TextColumn[] = [
  { title: '' },
  { title: 'accuracy', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'AUC', align: 'right' },
  { title: 'EER', align: 'right' },
  { title: 'TAR at FAR 1 %', align: 'right' },
]

const comparisonRow = ({ name, result }: NamedResult): string[] => {
  const point = result.tarAtFar.find((one) => one.far === 0.01)
  return [
    name,
    percent(result.accuracy),
    intervalShort(result.accuracyInterval.low, result.accuracyInterval.high),
    percent(result.auc),
    percent(result.eer),
    point?.tar === undefined ? 'insufficient pairs' : percent(point.tar),
  ]
}

/** Several ways of judging the same pairs, one row each, for a console. */
export function comparisonText(results: readonly NamedResult[]): string {
  return textTable(comparisonColumns, results.map(comparisonRow))
}

const tarColumns: readonly TextColumn[] = [
  { title: 'FAR', align: 'right' },
  { title: 'TAR', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'threshold', align: 'right' },
]

const tarRows = (result: VerificationResult): string[][] =>
  result.tarAtFar.map((point) => [
    shortPercent(point.far),
    point.tar === undefined ? 'insufficient pairs' : percent(point.tar),
    point.interval === undefined ? '–' : intervalShort(point.interval.low, point.interval.high),
    point.threshold === undefined ? '–' : fixed(point.threshold, 3),
  ])

const pairCounts = ({ pairs }: VerificationResult): string =>
  `${count(pairs.total)} (${count(pairs.same)} same, ${count(pairs.different)} different` +
  `${pairs.skipped > 0 ? `, ${count(pairs.skipped)} skipped` : ''})`

/** Both deviations over folds by their names; nothing where there is one fold. */
const spread = ({
  standardError,
  populationStd,
  thresholds,
}: VerificationResult): readonly [string, string][] =>
  standardError === undefined || populationStd === undefined
    ? []
    : [
        [
          'spread',
          `standard error S_E ${(100 * standardError).toFixed(2)} points, population std ${(100 * populationStd).toFixed(2)} points, ` +
            // with one threshold for all pairs the result does not say how many folds there were
            `over ${thresholds.length === 1 ? 'the' : thresholds.length} folds`,
        ],
      ]

const withInterval = (share: number, interval: Interval | undefined): string =>
  percent(share, 2) + (interval === undefined ? '' : ` (${intervalShort(interval.low, interval.high)})`)

/** One result for a console. */
export function evaluationText(result: VerificationResult): string {
  const facts: readonly (readonly [string, string])[] = [
    ['accuracy', accuracyWithError(result)],
    ...spread(result),
    ['AUC', withInterval(result.auc, result.aucInterval)],
    ['EER', withInterval(result.eer, result.eerInterval)],
    ['threshold', fixed(result.threshold, 4)],
    ['pairs', pairCounts(result)],
  ]
  return [
    ...facts.map(([name, value]) => `${name.padEnd(11)}${value}`),
    '',
    textTable(tarColumns, tarRows(result)),
    '',
    `Protocol: ${result.protocol}`,
    ...result.warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n')
}

const markdownCell = (text: string): string => text.replaceAll('|', '\\|')

/** A table in Markdown. */
export function markdownTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(' | ')} |`
  return [
    line(columns.map((column) => column.title)),
    line(columns.map((column) => (column.align === 'right' ? '--:' : ':--'))),
    ...rows.map(line),
  ].join('\n')
}

/** What the Markdown of an evaluation is made of. */
export interface EvaluationMarkdown {
  readonly title: string
  readonly images: ImageKind
  readonly role: SetRole
  readonly result: VerificationResult
  readonly baselines?: readonly NamedResult[]
  /** Whether nobody in these pairs was trained on. @defaultValue true */
  readonly unseen?: boolean
}

/** An evaluation as a Markdown document, uncertainty, protocol and limits included. */
export function evaluationMarkdown(evaluation: EvaluationMarkdown): string {
  const { result, baselines } = evaluation
  const compared =
    baselines === undefined || baselines.length === 0
      ? []
      : [
          markdownTable(comparisonColumns, [...baselines, { name: 'this model', result }].map(comparisonRow)),
          '',
        ]
  return [
    `# ${evaluation.title}`,
    '',
    headline(result, evaluation.images, evaluation.unseen ?? true),
    '',
    markdownTable(
      [{ title: 'quantity' }, { title: 'value', align: 'right' }],
      [
        ['accuracy', accuracyWithError(result)],
        ...spread(result),
        ['area under the ROC curve', withInterval(result.auc, result.aucInterval)],
        ['equal error rate', withInterval(result.eer, result.eerInterval)],
        ['threshold', fixed(result.threshold, 4)],
        ['pairs', pairCounts(result)],
        ...(result.model === undefined ? [] : [['model', result.model]]),
        ...(result.seed === undefined ? [] : [['seed', String(result.seed)]]),
      ],
    ),
    '',
    ...compared,
    markdownTable(tarColumns, tarRows(result)),
    '',
    `Protocol: ${result.protocol}.`,
    ...result.warnings.map((warning) => `\n> ${warning}`),
    '',
    '## What these numbers are good for',
    '',
    ...limits(evaluation.images, [evaluation.role]).map((text) => `- ${text}`),
    '',
  ].join('\n')
}
