/** @file An experiment as a table for the terminal, as Markdown and as CSV. */
import { fixed, shortPercent } from '../plot/format.ts'
import type { ExperimentContents, ExperimentRow, OverSeeds } from './experiment-contents.ts'
import { textTable, type TextColumn } from './table.ts'

/** `91.23 ± 0.41`; a dash where there is nothing. */
export function overSeeds(value: OverSeeds | undefined, digits: number, factor: number = 1): string {
  if (value === undefined) return '–'
  const spread = value.deviation === undefined ? '' : ` ± ${fixed(value.deviation * factor, digits)}`
  return `${fixed(value.mean * factor, digits)}${spread}`
}

/** A probability with as many digits as it carries. */
export function pText(p: number | undefined): string {
  if (p === undefined) return '–'
  return p < 0.001 ? '< 0.001' : fixed(p, 3)
}

/** How the trainings of a row ended. */
export function convergenceText({ done, planned, troubles }: ExperimentRow): string {
  if (done === 0) return 'not yet'
  const failed = troubles.filter(({ kind }) => kind === 'failed').length
  const insufficient = troubles.length - failed
  const words = [
    ...(failed > 0 ? [`${failed} of ${done} ${failed === 1 ? 'does' : 'do'} not converge`] : []),
    ...(insufficient > 0 ? [`${insufficient} of ${done} insufficiently`] : []),
    ...(done < planned ? [`${planned - done} to come`] : []),
  ]
  return words.length === 0 ? (done === 1 ? 'yes' : `${done} of ${done}`) : words.join(', ')
}

/** A column of the table, by what a row says. */
interface Said {
  readonly column: TextColumn
  readonly cell: (row: ExperimentRow) => string
}

const number = (title: string, cell: Said['cell']): Said => ({ column: { title, align: 'right' }, cell })

const columnsOf = (contents: ExperimentContents): readonly Said[] => {
  const hasDifference = contents.rows.some(({ difference }) => difference !== undefined)
  const signed = (value: number): string => `${value > 0 ? '+' : ''}${fixed(value * 100, 2)}`
  const compared =
    (cell: (row: NonNullable<ExperimentRow['difference']>) => string): Said['cell'] =>
    (row) =>
      row.isReference ? 'reference' : row.difference === undefined ? '–' : cell(row.difference)
  return [
    {
      column: { title: contents.kind === 'sweep' ? (contents.sweep?.option ?? '') : 'loss' },
      cell: ({ name, value }) => (value === undefined ? name : String(value)),
    },
    number('accuracy %', ({ accuracy }) => overSeeds(accuracy, 2, 100)),
    number('AUC %', ({ auc }) => overSeeds(auc, 2, 100)),
    number('EER %', ({ eer }) => overSeeds(eer, 2, 100)),
    ...(contents.far === undefined
      ? []
      : [number(`TAR % at FAR ${shortPercent(contents.far)}`, ({ tar }) => overSeeds(tar, 1, 100))]),
    number('within °', ({ within }) => overSeeds(within, 1)),
    number('between °', ({ between }) => overSeeds(between, 1)),
    number('nearest °', ({ nearest }) => overSeeds(nearest, 1)),
    ...(hasDifference
      ? [
          number(
            'difference, points',
            compared(({ difference }) => signed(difference)),
          ),
          number(
            'p over pairs',
            compared(({ pairsP }) => pText(pairsP)),
          ),
          ...(contents.seeds.length < 3
            ? []
            : [
                number(
                  'p over seeds',
                  compared(({ seedsP }) => pText(seedsP)),
                ),
              ]),
        ]
      : []),
    { column: { title: 'converged' }, cell: convergenceText },
  ]
}

/** The words under the table. */
export function experimentNotes(contents: ExperimentContents): readonly string[] {
  const { rows, seeds, judgedOn, threshold, tested } = contents
  const troubles = rows.flatMap((row) =>
    row.troubles.map(
      ({ seed, kind, reason }) =>
        `${row.name}, seed ${seed}, ${kind === 'failed' ? 'does not converge' : 'converges insufficiently'}: ${reason}`,
    ),
  )
  const over =
    seeds.length === 1
      ? 'One seed: nothing is known of the spread from one training to the next.'
      : `Mean ± standard deviation over ${seeds.length} seeds (${seeds.join(', ')}), the same for every row.`
  return [
    `${judgedOn} ${threshold}`,
    over,
    'Angles: within, from an image to the centre of its person’s other images; between, the mean over two people’s centres; nearest, from a person’s centre to the nearest other.',
    ...(tested === undefined ? [] : [tested]),
    ...troubles,
    ...contents.notes,
  ]
}

/** The table for a terminal. */
export function experimentText(contents: ExperimentContents): string {
  const columns = columnsOf(contents)
  return textTable(
    columns.map(({ column }) => column),
    contents.rows.map((row) => columns.map(({ cell }) => cell(row))),
  )
}

/** The table as cells of text, for pages. */
export function experimentTable(contents: ExperimentContents): {
  readonly columns: readonly TextColumn[]
  readonly rows: readonly (readonly string[])[]
} {
  const columns = columnsOf(contents)
  return {
    columns: columns.map(({ column }) => column),
    rows: contents.rows.map((row) => columns.map(({ cell }) => cell(row))),
  }
}

const markdownCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

/** The table and its notes as Markdown. */
export function experimentMarkdown(contents: ExperimentContents): string {
  const { columns, rows } = experimentTable(contents)
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownCell).join(' | ')} |`
  return [
    `# ${contents.title}`,
    '',
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map(line),
    '',
    ...experimentNotes(contents).map((note) => `- ${note}`),
    '',
  ].join('\n')
}
