/** @file Evaluations by any protocol as one page: figures, curves, comparison, groups, records, limits. */
import type { PairedDifference } from '../evaluate/protocol/compare.ts'
import type { Figure, FigureGroup } from '../evaluate/protocol/figure.ts'
import type { Question } from '../evaluate/protocol/record.ts'
import type { ProtocolReport } from '../evaluate/protocol/report.ts'
import { isShared, isUnseen } from '../evaluate/overlap.ts'
import { openDrawing } from '../plot/drawing.ts'
import { html, type Html } from './html.ts'
import { renderPage, type Section, sentences, spanning, table } from './page.ts'
import { protocolFigures } from './protocol-figures.ts'
import { countsText, tabledFigures } from './protocol-counts.ts'
import { differenceCells } from './protocol-text.ts'
import {
  boundsText,
  headlineFigure,
  noteText,
  protocolHeadline,
  recordEntries,
  valueText,
} from './protocol-words.ts'
import { type ImageKind, limits } from './words.ts'

const furtherLooks = 'Each further look at these people, followed by a change, makes the number less honest.'

/** What is known of whom the models were trained on. */
const strangers = (reports: readonly ProtocolReport[]): string => {
  const overlaps = reports.map(({ record }) => record.overlap)
  if (overlaps.every((overlap) => isUnseen(overlap)))
    return `The models do not know these people. ${furtherLooks}`
  if (overlaps.some((overlap) => overlap !== undefined && isShared(overlap)))
    return `They are too high for strangers: some of these people are known to the model. ${furtherLooks}`
  return `Of whom these models were trained on too little is known: if any of these people were among them, the numbers are too high. ${furtherLooks}`
}

const questionOf = (reports: readonly ProtocolReport[]): Question =>
  reports.every(({ record }) => record.question === 'searches') ? 'searches' : 'pairs'

/** What the page shows; several reports make a comparison. */
export interface ProtocolPage {
  readonly title?: string
  readonly reports: readonly ProtocolReport[]
  readonly differences?: readonly PairedDifference[]
  /** @defaultValue photographs */
  readonly images?: ImageKind
}

const isMissing = ({ value, insufficient }: Figure): boolean =>
  value === undefined || insufficient !== undefined

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

const tilesOf = (report: ProtocolReport): Html => {
  const headline = headlineFigure(report)
  const figures = report.groups
    .flatMap((group) => group.figures)
    .filter((figure) => figure.unit === 'share' && !isMissing(figure) && figure.interval !== undefined)
    .filter((figure, i, all) => figure !== headline && all.findIndex(({ id }) => id === figure.id) === i)
  const preferred = figures.filter(({ id }) => /^(auc|eer|tar@far=|rank-1$|tpir@fpir=0.01$|val@)/.test(id))
  const chosen = [
    ...(headline === undefined ? [] : [headline]),
    ...preferred,
    ...figures.filter((figure) => !preferred.includes(figure)),
  ].slice(0, 4)
  return html`<dl class="tiles">
    ${chosen.map(
      (figure) =>
        html`<div class="tile">
          <dt>${capital(figure.name)}</dt>
          <dd>
            <div class="value">${valueText(figure)}</div>
            <div class="detail">
              ${figure.interval === undefined ? noteText(figure) : `95 % interval ${boundsText(figure)}`}
            </div>
          </dd>
        </div>`,
    )}
  </dl>`
}

const groupTable = (group: FigureGroup): Html =>
  table(
    group.title,
    [
      { title: 'Figure' },
      { title: 'Value', number: true },
      { title: '95 % interval', number: true },
      { title: '' },
    ],
    tabledFigures(group).map((figure) => [
      figure.name,
      ...(isMissing(figure)
        ? [spanning(3, html`<span class="muted">${capital(valueText(figure))}: ${noteText(figure)}.</span>`)]
        : [valueText(figure), boundsText(figure), html`<span class="muted">${noteText(figure)}</span>`]),
    ]),
    countsText(group),
  )

const groupBody = (group: FigureGroup): Html =>
  html`${
      tabledFigures(group).length > 0
        ? groupTable(group)
        : html`<h3>${group.title}</h3>
            <p>${capital(countsText(group))}.</p>`
    }
    ${
      group.remarks !== undefined &&
      html`<div style="margin-top: .6rem">${sentences(group.remarks.map((remark) => `${remark}.`))}</div>`
    }
    <p class="muted" style="margin-top: .6rem">${capital(group.procedure)}.</p>`

const sideBySide = (reports: readonly ProtocolReport[]): Html => {
  const columns = reports.map(
    ({ groups }): ReadonlyMap<string, Figure> =>
      new Map(groups.flatMap((group) => group.figures.map((figure) => [figure.id, figure] as const))),
  )
  const shared = (reports[0]?.groups ?? [])
    .flatMap((group) => group.figures)
    .filter(({ id, unit }, i, all) => unit === 'share' && all.findIndex((other) => other.id === id) === i)
    .filter(({ id }) => !/^(standard-error|population-std|fnmr@|fnir@)/.test(id))
    .filter(({ id }) => columns.every((figures) => figures.has(id)))
    .filter(({ id }) =>
      columns.some((figures) => {
        const own = figures.get(id)
        return own !== undefined && !isMissing(own)
      }),
    )
  const cell = (figure: Figure): Html =>
    html`${valueText(figure)}
    ${figure.interval !== undefined && html`<br /><span class="muted">${boundsText(figure)}</span>`}`
  return table(
    'The same questions, put to each model',
    [{ title: 'Figure' }, ...reports.map(({ name }) => ({ title: name, number: true }))],
    shared.map((figure) => [
      figure.name,
      ...columns.map((figures) => cell(figures.get(figure.id) ?? figure)),
    ]),
    'Below each figure its 95 % interval. Overlapping intervals do not mean that two models are alike: the paired differences tell.',
  )
}

const comparisonBody = (
  reports: readonly ProtocolReport[],
  differences: readonly PairedDifference[],
): Html => {
  const [first] = differences
  return html`${sentences(
    differences.filter(({ figure }) => figure.id === first?.figure.id).map(({ sentence }) => sentence),
  )}
  ${table(
    'Paired differences, in points',
    [
      { title: 'Figure' },
      { title: 'Models' },
      { title: 'Difference', number: true },
      { title: '95 % interval', number: true },
      { title: 'p', number: true },
      { title: 'Verdict' },
    ],
    differences.map(differenceCells),
    first === undefined ? undefined : `${capital(first.protocol)}; seed ${first.seed}.`,
  )}
  ${sideBySide(reports)}`
}

const modelBody = (report: ProtocolReport, isFirst: boolean): Html =>
  html`<p class="${isFirst ? 'headline' : 'lead'}">${protocolHeadline(report)}</p>
    ${tilesOf(report)}
    ${
      report.warnings.length > 0 &&
      html`<div class="notice" role="note">
        ${sentences(report.warnings.map((text) => `${capital(text)}.`))}
      </div>`
    }
    ${report.groups.map(groupBody)}`

const recordBody = (reports: readonly ProtocolReport[]): Html =>
  html`<div class="settings">
    ${reports.map(
      (report) =>
        html`<div>
          <h3>${report.name}</h3>
          <dl>
            ${recordEntries(report.record).map(
              ([name, value]) =>
                html`<div>
                  <dt>${name}</dt>
                  <dd>${value}</dd>
                </div>`,
            )}
          </dl>
        </div>`,
    )}
  </div>`

/** Evaluations as one self-contained HTML page. */
export async function protocolPage(page: ProtocolPage): Promise<string> {
  const { reports, differences = [], images = 'photographs' } = page
  const [first] = reports
  const drawing = await openDrawing()
  const figures = protocolFigures(drawing, reports)
  const title = page.title ?? first?.record.title ?? ''
  const models = reports.map((report, i): Section => ({
    id: i === 0 ? 'result' : `result-${i + 1}`,
    title: reports.length > 1 ? report.name : 'Result',
    body: modelBody(report, i === 0 && reports.length === 1),
  }))
  const curves: Section[] =
    figures.length === 0
      ? []
      : [{ id: 'curves', title: 'Curves', body: html`<div class="figures">${figures}</div>` }]
  const comparison: Section[] =
    differences.length === 0
      ? []
      : [{ id: 'comparison', title: 'Do they differ?', body: comparisonBody(reports, differences) }]
  return renderPage({
    title,
    eyebrow: 'Evaluation · cosface',
    summary: `${reports.map(({ name }) => name).join(', ')}: ${countsText(first?.groups[0] ?? { counts: [] })}.`,
    notices: [],
    sections: [
      ...(reports.length > 1 ? [...comparison, ...curves, ...models] : [...models, ...curves, ...comparison]),
      {
        id: 'limits',
        title: 'What these numbers are good for',
        body: html`<ul class="plain">
          <li>${strangers(reports)}</li>
          ${limits(images, [], questionOf(reports)).map((text) => html`<li>${text}</li>`)}
        </ul>`,
      },
      { id: 'settings', title: 'How it was computed', body: recordBody(reports) },
    ],
    footer: 'Made by cosface. This page is one file: it fetches nothing and can be kept, mailed and printed.',
  })
}
