/** @file The sections about verification: the headline, the figures behind it, the baselines. */
import { counted } from '../base/words.ts'
import { roc, rocPoints } from '../evaluate/roc.ts'
import type { TarAtFar, VerificationResult } from '../evaluate/result.ts'
import { barFigure } from '../plot/bars.ts'
import type { Drawing } from '../plot/drawing.ts'
import { count, fixed, percent, shortPercent } from '../plot/format.ts'
import { histogramFigure } from '../plot/histogram.ts'
import { type RocCurve, rocFigure } from '../plot/roc.ts'
import type { Baseline, ReportedSet } from './contents.ts'
import { html, type Html } from './html.ts'
import { figure, sentences, spanning, table } from './page.ts'
import { headline, type ImageKind, intervalShort, intervalText, oneIn } from './words.ts'

const tile = (name: string, value: Html, detail: string): Html =>
  html`<div class="tile">
    <dt>${name}</dt>
    <dd>
      ${value}
      <div class="detail">${detail}</div>
    </dd>
  </div>`

const big = (text: string): Html => html`<div class="value">${text}</div>`

/** Why an operating point has no number, without the words "insufficient pairs" that stand beside it. */
const reasonOf = (point: TarAtFar): string =>
  (point.insufficient ?? '').replace(/^insufficient pairs:? ?/, '')

const sentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`

/** The four numbers people ask for first. */
const tiles = (result: VerificationResult): Html => {
  const { low, high } = result.accuracyInterval
  const folds =
    result.standardError === undefined
      ? ''
      : `; standard error over folds ${fixed(result.standardError * 100, 2)}`
  const wanted = result.tarAtFar.find((point) => point.far === 0.01) ?? result.tarAtFar[0]
  return html`<dl class="tiles">
    ${tile('Accuracy', big(percent(result.accuracy)), `95 % interval ${intervalText(low, high)}${folds}`)}
    ${tile('Area under the ROC curve', big(percent(result.auc, 2)), 'the chance that a same-person pair outscores a different one')}
    ${tile('Equal error rate', big(percent(result.eer)), 'where both kinds of error are equally frequent')}
    ${
      wanted !== undefined &&
      tile(
        `Recognised at FAR ${shortPercent(wanted.far)}`,
        wanted.tar === undefined
          ? html`<div class="value none">insufficient pairs</div>`
          : big(percent(wanted.tar)),
        wanted.tar === undefined
          ? reasonOf(wanted)
          : wanted.interval === undefined
            ? oneIn(wanted.far)
            : `95 % interval ${intervalText(wanted.interval.low, wanted.interval.high)}`,
      )
    }
  </dl>`
}

const tarTable = (result: VerificationResult): Html =>
  table(
    'Recognition at stated false accept rates',
    [
      { title: 'False accept rate', number: false },
      { title: 'Recognised (TAR)', number: true },
      { title: '95 % interval', number: true },
      { title: 'Threshold', number: true },
    ],
    result.tarAtFar.map((point) => [
      html`${shortPercent(point.far)} <span class="muted aside">· ${oneIn(point.far)}</span>`,
      ...(point.tar === undefined
        ? [spanning(3, html`<span class="muted">Insufficient pairs: ${reasonOf(point)}.</span>`)]
        : [
            percent(point.tar),
            point.interval === undefined ? '–' : intervalShort(point.interval.low, point.interval.high),
            point.threshold === undefined ? '–' : fixed(point.threshold, 3),
          ]),
    ]),
    'The share of same-person pairs accepted when the threshold lets only this share of strangers pass.',
  )

const curveOf = (name: string, set: Pick<ReportedSet, 'pairs' | 'result'>): Omit<RocCurve, 'colour'> => ({
  name,
  points: rocPoints(roc(set.pairs)),
  auc: set.result.auc,
})

const hasBoth = (set: Pick<ReportedSet, 'pairs'>): boolean =>
  set.pairs.some((pair) => pair.same) && set.pairs.some((pair) => !pair.same)

/** ROC curves of a set and of the baselines on its pairs. */
const rocOf = (drawing: Drawing, set: ReportedSet, baselines: readonly Baseline[]): Html => {
  const different = set.result.pairs.different
  const smallest = Math.min(0.1, Math.max(1e-5, 10 ** Math.floor(Math.log10(1 / Math.max(different, 10)))))
  return figure(
    rocFigure(drawing, {
      caption: {
        title: `Receiver operating characteristic, ${set.name}`,
        description: `Area under the curve ${percent(set.result.auc, 2)}, equal error rate ${percent(set.result.eer)}.`,
      },
      smallestFar: smallest,
      curves: [
        { ...curveOf(baselines.length > 0 ? 'trained' : set.name, set), colour: 'blue' },
        ...baselines.filter(hasBoth).map((baseline, index): RocCurve => ({
          ...curveOf(baseline.name, baseline),
          colour: (['orange', 'grey', 'purple'] as const)[index % 3] ?? 'grey',
        })),
      ],
    }),
    'The trade between the two errors',
    'Higher is better. Each point is a threshold; the horizontal axis is logarithmic, the dotted line is guessing.',
  )
}

const histogramOf = (drawing: Drawing, set: ReportedSet): Html => {
  const scores = set.pairs.map((pair) => pair.score)
  const low = Math.max(
    -1,
    Math.floor(scores.reduce((least, score) => Math.min(least, score), set.result.threshold) * 10 - 0.5) / 10,
  )
  const high = Math.min(
    1,
    Math.ceil(scores.reduce((most, score) => Math.max(most, score), set.result.threshold) * 10) / 10,
  )
  const of = (same: boolean): number[] =>
    set.pairs.filter((pair) => pair.same === same).map((pair) => pair.score)
  return figure(
    histogramFigure(drawing, {
      caption: {
        title: `Scores of same and different pairs, ${set.name}`,
        description: `The threshold is ${fixed(set.result.threshold, 3)}.`,
      },
      x: {
        label: 'cosine of the two templates',
        domain: [low, high],
        format: (value) => fixed(value, high - low < 0.5 ? 2 : 1),
      },
      distributions: [
        { name: 'different people', colour: 'orange', values: of(false) },
        { name: 'same person', colour: 'blue', values: of(true) },
      ],
      bins: Math.min(60, Math.max(16, Math.round(Math.sqrt(set.pairs.length) * 1.2))),
      threshold: { at: set.result.threshold, label: `threshold ${fixed(set.result.threshold, 3)}` },
    }),
    'Scores, and where the line is drawn',
    'Pairs to the right of the threshold are called the same person. Where the two hills overlap, mistakes are made.',
  )
}

const pairsSentence = ({ pairs }: VerificationResult): string =>
  `${counted(pairs.total, 'pair')}: ${count(pairs.same)} of the same person, ${count(pairs.different)} of different people` +
  (pairs.skipped > 0 ? `; ${count(pairs.skipped)} skipped because an image could not be read.` : '.')

/** One set of pairs in full. */
export function setBody(
  drawing: Drawing,
  set: ReportedSet,
  images: ImageKind,
  first: boolean,
  baselines: readonly Baseline[] = [],
): Html {
  return html`<p class="${first ? 'headline' : 'lead'}">
      ${headline(set.result, images, set.unseen ?? true)}
    </p>
    ${tiles(set.result)}
    ${
      set.result.warnings.length > 0 &&
      html`<div class="notice" role="note">${sentences(set.result.warnings.map(sentence))}</div>`
    }
    ${baselines.length > 0 && baselinesBody(drawing, set, baselines)}
    ${hasBoth(set) && html`<div class="figures">${histogramOf(drawing, set)}${rocOf(drawing, set, baselines)}</div>`}
    ${tarTable(set.result)}
    <p class="muted" style="margin-top: 1rem">
      ${pairsSentence(set.result)} ${sentence(set.result.protocol)}
    </p>`
}

const baselinesBody = (drawing: Drawing, set: ReportedSet, baselines: readonly Baseline[]): Html => {
  const rows = [...baselines, { name: 'trained network', result: set.result }]
  return html`<div class="figures">
    ${table(
      'The same pairs, judged in other ways',
      [
        { title: 'Judged by' },
        { title: 'Accuracy', number: true },
        { title: '95 % interval', number: true },
        { title: 'AUC', number: true },
        { title: 'EER', number: true },
      ],
      rows.map(({ name, result }) => [
        name,
        percent(result.accuracy),
        intervalShort(result.accuracyInterval.low, result.accuracyInterval.high),
        percent(result.auc),
        percent(result.eer),
      ]),
      'Guessing is right half of the time.',
    )}
    ${figure(
      barFigure(drawing, {
        caption: { title: 'Accuracy on the same pairs, with 95 % intervals' },
        x: {
          label: 'pairs decided rightly',
          domain: [0.4, 1],
          ticks: [0.4, 0.6, 0.8, 1],
          format: shortPercent,
        },
        valueFormat: (value) => percent(value),
        reference: { at: 0.5, label: 'guessing' },
        bars: rows.map(({ name, result }, index) => ({
          name,
          value: result.accuracy,
          low: result.accuracyInterval.low,
          high: result.accuracyInterval.high,
          colour: index === rows.length - 1 ? ('blue' as const) : ('grey' as const),
        })),
      }),
      'What training added',
      'Dots are accuracies, bars their 95 % intervals.',
    )}
  </div>`
}
