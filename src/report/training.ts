/** @file The section about training: how loss, cosines and validation went. */
import { type Axis, wholeTicks } from '../plot/axes.ts'
import type { Drawing } from '../plot/drawing.ts'
import { count, duration, fixed, percent, short, shortPercent } from '../plot/format.ts'
import { type Line, lineFigure, type Rule } from '../plot/lines.ts'
import type { TrainConfig } from '../train/config.ts'
import { html, type Html } from './html.ts'
import { figure } from './page.ts'
import type { RunSeries, SeriesPoint } from './series.ts'

const iterations = (config: TrainConfig): Axis & { domain: [number, number] } => ({
  label: 'iteration',
  format: count,
  tickCount: wholeTicks(0, config.iterations),
  domain: [0, config.iterations],
})

const last = (points: readonly SeriesPoint[]): number | undefined => points.at(-1)?.y

const lossFigure = (
  drawing: Drawing,
  series: RunSeries,
  config: TrainConfig,
  expected: number | undefined,
): Html => {
  const rules: Rule[] =
    expected === undefined
      ? []
      : [{ at: expected, axis: 'y', label: `expected first loss ${fixed(expected, 1)}` }]
  return figure(
    lineFigure(drawing, {
      caption: {
        title: 'Training loss over iterations',
        description: `From ${short(series.smooth.loss[0]?.y ?? 0)} to ${short(last(series.smooth.loss) ?? 0)}.`,
      },
      x: iterations(config),
      y: { label: 'loss', format: short },
      lines: [{ name: '', colour: 'blue', raw: series.metrics.loss, points: series.smooth.loss }],
      rules,
    }),
    'Loss',
    'The faint line is each batch, the strong one their running mean.',
  )
}

const cosineFigure = (drawing: Drawing, series: RunSeries, config: TrainConfig): Html =>
  figure(
    lineFigure(drawing, {
      caption: {
        title: 'Mean cosine to the own class and to the nearest other class',
        description: `At the end ${fixed(last(series.smooth.ownCosine) ?? 0, 2)} and ${fixed(last(series.smooth.nearestCosine) ?? 0, 2)}.`,
      },
      x: iterations(config),
      y: { label: 'mean cosine', format: (value) => fixed(value, 1) },
      lines: [
        { name: 'own class', colour: 'blue', points: series.smooth.ownCosine, raw: series.metrics.ownCosine },
        {
          name: 'nearest other',
          colour: 'orange',
          points: series.smooth.nearestCosine,
          raw: series.metrics.nearestCosine,
        },
      ],
    }),
    'Cosines',
    'The margin asks that a face lie closer to its own class than to any other; the gap between the lines is what it has got.',
  )

const validationFigure = (drawing: Drawing, series: RunSeries, config: TrainConfig): Html | undefined => {
  if (series.validations.length === 0) return undefined
  const colours = ['green', 'purple', 'amber', 'grey'] as const
  return figure(
    lineFigure(drawing, {
      caption: { title: 'Validation accuracy over iterations, with 95 % intervals' },
      x: iterations(config),
      y: { label: 'pairs decided rightly', format: shortPercent },
      lines: series.validations.map((set, index): Line => ({
        name: set.name,
        colour: colours[index % colours.length] ?? 'grey',
        points: set.points.map((point) => ({ x: point.iteration, y: point.accuracy })),
        band: set.points.map((point) => ({ x: point.iteration, ...point.interval })),
        dots: set.points.length <= 40,
        dashed: set.set === 'watch',
      })),
    }),
    'Validation',
    'On identities kept apart from training. Bands are 95 % intervals; dashed sets are watched and never chosen by.',
  )
}

const rateFigure = (drawing: Drawing, series: RunSeries, config: TrainConfig): Html =>
  figure(
    lineFigure(drawing, {
      caption: { title: 'Learning rate over iterations' },
      x: iterations(config),
      y: {
        label: 'learning rate',
        format: short,
        ...(config.schedule.kind === 'multi-step' && series.learningRate.every((point) => point.y > 0)
          ? { log: true }
          : { tickCount: 3 }),
      },
      lines: [{ name: '', colour: 'grey', steps: true, points: series.learningRate }],
      size: { width: 440, height: 190 },
    }),
    'Learning rate',
    `Schedule: ${config.schedule.kind}${config.warmup > 0 ? `, with ${count(config.warmup)} iterations of warm-up` : ''}.`,
  )

const winFigure = (drawing: Drawing, series: RunSeries, config: TrainConfig): Html =>
  figure(
    lineFigure(drawing, {
      caption: { title: 'Share of samples whose own logit is the largest, margin included' },
      x: iterations(config),
      y: { label: 'share won, margin included', format: shortPercent, domain: [0, 1], tickCount: 3 },
      lines: [{ name: '', colour: 'green', points: series.smooth.winShare, raw: series.metrics.winShare }],
      size: { width: 440, height: 190 },
    }),
    'Samples already won',
    'Share of training samples that beat every other class even with the margin taken off.',
  )

const gradientFigure = (drawing: Drawing, series: RunSeries, config: TrainConfig): Html | undefined => {
  const positive = (points: readonly SeriesPoint[]): SeriesPoint[] => points.filter((point) => point.y > 0)
  const points = positive(series.smooth.gradientNorm)
  if (points.length === 0) return undefined
  return figure(
    lineFigure(drawing, {
      caption: { title: 'Global norm of the gradient over iterations' },
      x: iterations(config),
      y: { label: 'norm of the gradient', format: short, log: true },
      lines: [{ name: '', colour: 'amber', points, raw: positive(series.metrics.gradientNorm) }],
      size: { width: 440, height: 190 },
    }),
    'Gradient',
    `Before clipping${config.clip > 0 ? ` (clipped at ${short(config.clip)})` : ''}. A jump here comes before a loss that breaks.`,
  )
}

/** A few layers from the first to the last, by weights that are multiplied: PReLU slopes are left out. */
const shownLayers = ({ gradientNorms }: RunSeries): RunSeries['gradientNorms'] => {
  const layers = gradientNorms.filter(({ layer }) => !layer.includes('prelu'))
  const wanted = Math.min(5, layers.length)
  const indices = Array.from({ length: wanted }, (_, i) =>
    Math.round((i * (layers.length - 1)) / Math.max(1, wanted - 1)),
  )
  return layers.filter((_, index) => indices.includes(index))
}

const layersFigure = (drawing: Drawing, series: RunSeries, config: TrainConfig): Html | undefined => {
  const colours = ['blue', 'green', 'amber', 'purple', 'orange'] as const
  const lines = shownLayers(series).map(({ layer, points }, index): Line => ({
    name: layer,
    colour: colours[index % colours.length] ?? 'grey',
    points: points.filter(({ y }) => y > 0),
  }))
  if (lines.every(({ points }) => points.length < 2)) return undefined
  return figure(
    lineFigure(drawing, {
      caption: { title: 'Norm of the gradient by layer over iterations' },
      x: iterations(config),
      y: { label: 'norm of the gradient', format: short, log: true },
      lines: lines.filter(({ points }) => points.length > 0),
      size: { width: 440, height: 220 },
    }),
    'Gradient by layer',
    'Looked at now and then. A line that falls far below the others belongs to a layer that no longer learns.',
  )
}

const deadSentence = ({ deadChannels }: RunSeries): Html => {
  const share = last(deadChannels)
  if (share === undefined) return html``
  const most = Math.max(...deadChannels.map(({ y }) => y))
  return html`<p>
    PReLU channels that pass nothing on: ${percent(share)} at the end, ${percent(most)} at most.
  </p>`
}

const diagnosisBody = (series: RunSeries): Html =>
  series.diagnoses.length === 0
    ? html`<p>Nothing: no diagnosis was raised during this run.</p>`
    : html`<ul class="plain">
        ${series.diagnoses.map((said) => html`<li>Iteration ${count(said.iteration)}: ${said.text}</li>`)}
      </ul>`

/** Facts of the run in one sentence. */
export function runSentence(series: RunSeries): string {
  const facts = [`${count(series.iterations)} iterations`]
  if (series.seconds !== undefined) facts.push(`in ${duration(series.seconds)}`)
  if (series.meanImagesPerSecond !== undefined)
    facts.push(`at ${count(series.meanImagesPerSecond)} images a second`)
  const waited =
    series.waitedShare === undefined
      ? ''
      : ` The network waited for images ${percent(series.waitedShare)} of the time.`
  return `${facts.join(' ')}.${waited}`
}

/** The curves of a run and what was noticed. */
export function trainingBody(
  drawing: Drawing,
  series: RunSeries,
  config: TrainConfig,
  expectedFirstLoss: number | undefined,
): Html {
  if (series.metrics.loss.length === 0) return html`<p>No step was taken yet.</p>`
  return html`<p>${runSentence(series)}</p>
    <div class="figures">
      ${lossFigure(drawing, series, config, expectedFirstLoss)} ${cosineFigure(drawing, series, config)}
      ${validationFigure(drawing, series, config)} ${rateFigure(drawing, series, config)}
      ${winFigure(drawing, series, config)} ${gradientFigure(drawing, series, config)}
      ${layersFigure(drawing, series, config)}
    </div>
    <h3>What was noticed</h3>
    ${deadSentence(series)} ${diagnosisBody(series)}`
}
