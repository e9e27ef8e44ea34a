/** @file The page of a training run, and the page of an evaluation. */
import { lossInWords } from './loss-words.ts'
import { type Drawing, openDrawing } from '../plot/drawing.ts'
import { count } from '../plot/format.ts'
import type { TrainConfig } from '../train/config.ts'
import type { DataSummary } from '../train/events.ts'
import type { EvaluationReportContents, ReportedSet, RunReportContents } from './contents.ts'
import { html, type Html } from './html.ts'
import { renderPage, type Section, sentences } from './page.ts'
import { anglesBody, cropsBody, hardestBody } from './pictures.ts'
import { setBody } from './results.ts'
import { type RunSeries, runSeries } from './series.ts'
import { settingsBody } from './settings.ts'
import { trainingBody } from './training.ts'
import { type ImageKind, limits } from './words.ts'

const order = { test: 0, validation: 1, watch: 2 } as const

const drawnNotice: Html = html`<p>
  <strong>Drawn faces.</strong> They show that the machinery works; they say nothing about photographs of
  people.
</p>`

const glossary: readonly (readonly [string, string])[] = [
  [
    'Pair',
    'Two images; the network says how alike they are, the threshold turns that into “same person” or “different people”.',
  ],
  ['Cosine', 'How alike two embeddings are: 1 the same direction, 0 unrelated, −1 opposite.'],
  ['False accept rate', 'The share of different-person pairs taken for the same person (FAR).'],
  ['True accept rate', 'The share of same-person pairs recognised as such (TAR).'],
  [
    '95 % interval',
    'Where the true value would lie in 95 of 100 repetitions with other pairs of the same kind.',
  ],
  ['Margin m', 'How much larger, as a cosine, the own class must be than every other during training.'],
  ['Scale s', 'The length every embedding is given in the loss; too small a value puts a floor under it.'],
]

const glossaryBody: Html = html`<dl class="glossary">
  ${glossary.map(
    ([term, meaning]) =>
      html`<dt>${term}</dt>
        <dd>${meaning}</dd>`,
  )}
</dl>`

const listBody = (items: readonly string[]): Html =>
  html`<ul class="plain">
    ${items.map((item) => html`<li>${item}</li>`)}
  </ul>`

/** The sections an evaluation and a run have in common, up to the pictures. */
const evaluationSections = (drawing: Drawing, contents: EvaluationReportContents): Section[] => {
  const sets = contents.sets.toSorted((a, b) => order[a.role] - order[b.role])
  return sets.map((set, index) => ({
    id: index === 0 ? 'result' : `result-${index + 1}`,
    title: `Result: ${set.name}`,
    body: setBody(drawing, set, contents.images, index === 0, index === 0 ? (contents.baselines ?? []) : []),
  }))
}

const pictureSections = (drawing: Drawing, contents: EvaluationReportContents): Section[] => {
  const sections: Section[] = []
  const { angles, hardest, crops } = contents
  const threshold = contents.sets.toSorted((a, b) => order[a.role] - order[b.role])[0]?.result.threshold
  if (angles !== undefined && angles.within.length > 0 && angles.between.length > 0)
    sections.push({ id: 'angles', title: 'Angles', body: anglesBody(drawing, angles) })
  if (hardest !== undefined && hardest.length > 0 && threshold !== undefined)
    sections.push({ id: 'hardest', title: 'Hardest pairs', body: hardestBody(hardest, threshold) })
  if (crops !== undefined && crops.length > 0)
    sections.push({ id: 'crops', title: 'What the network sees', body: cropsBody(crops) })
  return sections
}

const closing = (
  images: ImageKind,
  sets: readonly ReportedSet[],
  settings: Html,
  settingsTitle: string,
): Section[] => [
  {
    id: 'limits',
    title: 'What these numbers are good for',
    body: listBody(
      limits(
        images,
        sets.map((set) => set.role),
      ),
    ),
  },
  { id: 'settings', title: settingsTitle, body: settings },
  { id: 'words', title: 'Words used here', body: glossaryBody },
]

const notices = (
  images: ImageKind,
  notes: readonly string[] | undefined,
  extra: readonly Html[] = [],
): Html[] => [
  ...(images === 'drawn faces' ? [drawnNotice] : []),
  ...extra,
  ...(notes !== undefined && notes.length > 0 ? [sentences(notes)] : []),
]

const summaryOf = (config: TrainConfig, data: DataSummary | undefined, series: RunSeries): string => {
  const people =
    data === undefined ? '' : ` on ${count(data.images)} images of ${count(data.identities)} identities`
  return `${config.backbone}; ${lossInWords(config.loss)}; ${count(series.iterations)} iterations of ${count(config.batch)} images${people}.`
}

const stoppedNotice = (series: RunSeries): Html[] =>
  series.stopped === undefined || series.seconds !== undefined
    ? []
    : [
        html`<p>
          <strong>Stopped at iteration ${count(series.stopped.iteration)}.</strong> ${series.stopped.text}
        </p>`,
      ]

/** A training run as one self-contained HTML page. */
export async function runReport(contents: RunReportContents): Promise<string> {
  const drawing = await openDrawing()
  const series = runSeries(contents.events)
  const start = contents.events.findLast((event) => event.kind === 'start')
  const data = start?.kind === 'start' ? start.data : undefined
  const warnings = series.notes.filter((note) => note.level === 'warning').map((note) => note.text)
  const results = evaluationSections(drawing, contents)
  const notes = [...new Set([...(contents.notes ?? []), ...warnings])]
  return renderPage({
    title: contents.title,
    eyebrow: 'Training report · cosface',
    summary: summaryOf(contents.config, data, series),
    notices: notices(contents.images, notes, stoppedNotice(series)),
    sections: [
      ...results.slice(0, 1),
      {
        id: 'training',
        title: 'Training',
        body: trainingBody(drawing, series, contents.config, contents.expectedFirstLoss),
      },
      ...results.slice(1),
      ...pictureSections(drawing, contents),
      ...closing(
        contents.images,
        contents.sets,
        settingsBody(contents.environment, contents.config, data),
        'Configuration',
      ),
    ],
    footer: 'Made by cosface. This page is one file: it fetches nothing and can be kept, mailed and printed.',
  })
}

/** An evaluation as one self-contained HTML page. */
export async function evaluationReport(contents: EvaluationReportContents): Promise<string> {
  const drawing = await openDrawing()
  const total = contents.sets.reduce((sum, set) => sum + set.result.pairs.total, 0)
  return renderPage({
    title: contents.title,
    eyebrow: 'Evaluation · cosface',
    summary: `${count(total)} pairs in ${contents.sets.map((set) => set.name).join(', ')}.`,
    notices: notices(contents.images, contents.notes),
    sections: [
      ...evaluationSections(drawing, contents),
      ...pictureSections(drawing, contents),
      ...closing(contents.images, contents.sets, settingsBody(contents.environment), 'How it was computed'),
    ],
    footer: 'Made by cosface. This page is one file: it fetches nothing and can be kept, mailed and printed.',
  })
}
