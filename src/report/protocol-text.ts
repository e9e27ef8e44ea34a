/** @file Evaluations by any protocol as plain text and as Markdown; several models stand side by side. */
import type { PairedDifference } from '../evaluate/protocol/compare.ts'
import type { FigureGroup } from '../evaluate/protocol/figure.ts'
import type { ProtocolReport } from '../evaluate/protocol/report.ts'
import { markdownTable } from './evaluation-text.ts'
import { countsText, tabledFigures } from './protocol-counts.ts'
import { boundsText, noteText, protocolHeadline, recordEntries, valueText } from './protocol-words.ts'
import { type TextColumn, textTable } from './table.ts'

const columns: readonly TextColumn[] = [
  { title: '' },
  { title: 'value', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: '' },
]

const markdownColumns = columns.map((column, i) => ({
  ...column,
  title: ['figure', 'value', '95 % interval', 'note'][i] ?? '',
}))

const rows = (group: FigureGroup): string[][] =>
  tabledFigures(group).map((figure) => [figure.name, valueText(figure), boundsText(figure), noteText(figure)])

/** On a console the reasons for missing figures stand below, so that lines stay short. */
const consoleRows = (group: FigureGroup): string[][] =>
  tabledFigures(group).map((figure) => [
    figure.name,
    valueText(figure),
    boundsText(figure),
    figure.insufficient === undefined ? noteText(figure) : '',
  ])

const firstMissing = (group: FigureGroup): string[] =>
  tabledFigures(group)
    .filter(({ insufficient }) => insufficient !== undefined)
    .slice(0, 1)
    .map((figure) => `${figure.name}: ${noteText(figure)}`)

/** Between blank lines, where there is anything to show. */
const tableLines = (lines: string[][], table: string): string[] => (lines.length === 0 ? [] : ['', table])

const reportText = (report: ProtocolReport): string =>
  [
    protocolHeadline(report),
    ...report.groups.flatMap((group) => [
      '',
      `${group.title}: ${countsText(group)}`,
      ...tableLines(consoleRows(group), textTable(columns, consoleRows(group))),
      ...firstMissing(group),
      ...(group.remarks ?? []),
      '',
      `Protocol: ${group.procedure}`,
    ]),
    '',
    ...recordEntries(report.record).map(([name, value]) => `${name.padEnd(11)}${value}`),
    ...report.warnings.map((warning) => `Warning: ${warning}`),
  ].join('\n')

/** Evaluations and what became of comparing them, for a console. */
export function protocolText(
  reports: readonly ProtocolReport[],
  differences: readonly PairedDifference[] = [],
): string {
  return [
    ...reports.map(reportText),
    ...(differences.length === 0 ? [] : [differences.map(({ sentence }) => sentence).join('\n')]),
  ].join('\n\n')
}

const reportMarkdown = (report: ProtocolReport): string[] => [
  `## ${report.name}`,
  '',
  protocolHeadline(report),
  '',
  ...report.groups.flatMap((group) => [
    `### ${group.title}`,
    '',
    `${countsText(group)}.`,
    ...tableLines(rows(group), markdownTable(markdownColumns, rows(group))),
    '',
    ...(group.remarks ?? []).flatMap((remark) => [`${remark}.`, '']),
    `Protocol: ${group.procedure}.`,
    '',
  ]),
  markdownTable(
    [{ title: 'record' }, { title: '' }],
    recordEntries(report.record).map(([name, value]) => [name, value]),
  ),
  '',
  ...report.warnings.flatMap((warning) => [`> ${warning}`, '']),
]

const differenceColumns: readonly TextColumn[] = [
  { title: 'figure' },
  { title: 'models' },
  { title: 'difference', align: 'right' },
  { title: '95 % interval', align: 'right' },
  { title: 'p', align: 'right' },
  { title: 'verdict' },
]

/** A p value with the digits it deserves. */
export function pText(pValue: number): string {
  return pValue < 0.001 ? '< 0.001' : pValue.toFixed(3)
}

const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value * 100).toFixed(2)}`

/** A difference's cells: figure, models, difference, interval, p, verdict. */
export function differenceCells(one: PairedDifference): string[] {
  return [
    one.figure.name,
    `${one.second} less ${one.first}`,
    signed(one.difference),
    `${signed(one.interval.low)} to ${signed(one.interval.high)}`,
    pText(one.pValue),
    one.verdict === 'differ' ? 'they differ' : 'no evidence that they differ',
  ]
}

/** Evaluations as a Markdown document: figures, comparison, records, warnings. */
export function protocolMarkdown(
  reports: readonly ProtocolReport[],
  differences: readonly PairedDifference[] = [],
  title: string = reports[0]?.record.title ?? '',
): string {
  const [first] = differences
  return [
    `# ${title}`,
    '',
    ...reports.flatMap(reportMarkdown),
    ...(first === undefined
      ? []
      : [
          '## Do they differ?',
          '',
          ...differences.map(({ sentence }) => `- ${sentence}`),
          '',
          markdownTable(differenceColumns, differences.map(differenceCells)),
          '',
          `Differences in points. Test: ${first.protocol}; seed ${first.seed}.`,
          '',
        ]),
  ].join('\n')
}
