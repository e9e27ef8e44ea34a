/** @file From the events of a run to the curves its page draws. */
import type { Interval } from '../evaluate/result.ts'
import { mean } from '../tensor/statistics.ts'
import type { StepMetrics, TrainEvent } from '../train/events.ts'

/** A point of a curve over iterations. */
export interface SeriesPoint {
  readonly x: number
  readonly y: number
}

/** One validation. */
export interface ValidationPoint {
  readonly iteration: number
  readonly accuracy: number
  readonly interval: Interval
  readonly best: boolean
}

/** A sentence with the iteration it was said at. */
export interface Remark {
  readonly iteration: number
  readonly text: string
}

/** A run's events, reduced. Every curve has at most `limit` points and keeps its extremes. */
export interface RunSeries {
  readonly metrics: Readonly<Record<keyof StepMetrics, readonly SeriesPoint[]>>
  /** The same curves as running means over about a fiftieth of the run. */
  readonly smooth: Readonly<Record<keyof StepMetrics, readonly SeriesPoint[]>>
  readonly learningRate: readonly SeriesPoint[]
  readonly imagesPerSecond: readonly SeriesPoint[]
  /** Validation sets by name, those that choose first. */
  readonly validations: readonly {
    readonly name: string
    readonly set: 'validation' | 'watch'
    readonly points: readonly ValidationPoint[]
  }[]
  /** ‖gradient‖ of each layer, first layer first. */
  readonly gradientNorms: readonly { readonly layer: string; readonly points: readonly SeriesPoint[] }[]
  /** The share of PReLU channels that pass nothing on, over all layers. */
  readonly deadChannels: readonly SeriesPoint[]
  readonly diagnoses: readonly (Remark & { readonly signature: string })[]
  readonly notes: readonly { readonly level: 'info' | 'warning'; readonly text: string }[]
  readonly stopped: (Remark & { readonly reason: 'interrupted' | 'non-finite' }) | undefined
  /** Iterations done. */
  readonly iterations: number
  readonly seconds: number | undefined
  readonly waitedShare: number | undefined
  readonly meanImagesPerSecond: number | undefined
}

/** Keeps at most `limit` points: the first, the last, and of every stretch its lowest and its highest. */
export function thinned(points: readonly SeriesPoint[], limit: number = 1000): SeriesPoint[] {
  if (points.length <= limit) return points.slice()
  const stretches = Math.max(1, Math.floor((limit - 2) / 2))
  const kept = new Set([0, points.length - 1])
  for (let stretch = 0; stretch < stretches; stretch++) {
    const from = Math.floor((stretch * points.length) / stretches)
    const to = Math.floor(((stretch + 1) * points.length) / stretches)
    let low = from
    let high = from
    for (let i = from; i < to; i++) {
      if ((points[i]?.y ?? 0) < (points[low]?.y ?? 0)) low = i
      if ((points[i]?.y ?? 0) > (points[high]?.y ?? 0)) high = i
    }
    kept.add(low).add(high)
  }
  return [...kept].sort((a, b) => a - b).map((index) => points[index] as SeriesPoint)
}

/** The mean over a window of about a fiftieth of the run, centred; the ends use what they have. */
export function smoothed(points: readonly SeriesPoint[], limit: number = 300): SeriesPoint[] {
  const half = Math.floor(points.length / 100)
  const totals = [0]
  for (const point of points) totals.push((totals.at(-1) ?? 0) + point.y)
  const mean = (index: number): number => {
    const from = Math.max(0, index - half)
    const to = Math.min(points.length, index + half + 1)
    return ((totals[to] ?? 0) - (totals[from] ?? 0)) / (to - from)
  }
  const step = Math.max(1, Math.ceil(points.length / limit))
  return points
    .map((point, index) => ({
      x: point.x,
      y: index % step === 0 || index === points.length - 1 ? mean(index) : NaN,
    }))
    .filter((point) => !Number.isNaN(point.y))
}

type StepEvent = Extract<TrainEvent, { kind: 'step' }>

/** Where a run was resumed, steps told twice count once: the later telling. */
const lastTold = (events: readonly TrainEvent[]): StepEvent[] => {
  const steps = new Map<number, StepEvent>()
  for (const event of events) if (event.kind === 'step') steps.set(event.iteration, event)
  return [...steps.values()].sort((a, b) => a.iteration - b.iteration)
}

const validationsOf = (events: readonly TrainEvent[]): RunSeries['validations'] => {
  const sets = new Map<string, { set: 'validation' | 'watch'; points: Map<number, ValidationPoint> }>()
  for (const event of events) {
    if (event.kind !== 'validation') continue
    const found = sets.get(event.name) ?? { set: event.set, points: new Map<number, ValidationPoint>() }
    sets.set(event.name, found)
    found.points.set(event.iteration, {
      iteration: event.iteration,
      accuracy: event.result.accuracy,
      interval: event.result.accuracyInterval,
      best: event.best,
    })
  }
  return [...sets]
    .map(([name, { set, points }]) => ({
      name,
      set,
      points: [...points.values()].sort((a, b) => a.iteration - b.iteration),
    }))
    .sort((a, b) => Number(a.set === 'watch') - Number(b.set === 'watch'))
}

const ofKind = <K extends TrainEvent['kind']>(
  events: readonly TrainEvent[],
  kind: K,
): Extract<TrainEvent, { kind: K }>[] =>
  events.filter((event): event is Extract<TrainEvent, { kind: K }> => event.kind === kind)

type LayersEvent = Extract<TrainEvent, { kind: 'layers' }>

const layersOf = (events: readonly TrainEvent[]): Pick<RunSeries, 'gradientNorms' | 'deadChannels'> => {
  // what a resumed run tells again counts once
  const looks = new Map<number, LayersEvent>()
  for (const event of ofKind(events, 'layers')) looks.set(event.iteration, event)
  const sorted = [...looks.values()].sort((a, b) => a.iteration - b.iteration)
  const layers = Object.keys(sorted[0]?.gradientNorms ?? {})
  return {
    gradientNorms: layers.map((layer) => ({
      layer,
      points: sorted.map(({ iteration, gradientNorms }) => ({
        x: iteration,
        y: gradientNorms[layer] ?? NaN,
      })),
    })),
    deadChannels: sorted.flatMap(({ iteration, deadPrelus }) => {
      const shares = Object.values(deadPrelus)
      return shares.length === 0 ? [] : [{ x: iteration, y: mean(shares) }]
    }),
  }
}

/** What a whole training took; an `end` tells of the part since the run was last taken up. */
const courseOf = (
  events: readonly TrainEvent[],
  steps: readonly StepEvent[],
):
  | { readonly seconds: number; readonly waitedShare: number; readonly imagesPerSecond: number }
  | undefined => {
  const end = ofKind(events, 'end').at(-1)
  if (end === undefined) return undefined
  const start = ofKind(events, 'start').at(-1)
  // a step's seconds hold the validation and the saving before it
  const before = steps.filter(({ iteration }) => iteration < (start?.iteration ?? 0))
  if (before.length === 0) return end
  const seconds = before.reduce((sum, step) => sum + step.seconds, end.seconds)
  const waited = before.reduce((sum, step) => sum + step.waitedSeconds, end.waitedShare * end.seconds)
  const images = steps.length * (start?.config.batch ?? 0)
  return { seconds, waitedShare: waited / seconds, imagesPerSecond: images / seconds }
}

/** Reduces a run's events to what is drawn and said; curves are thinned to `limit` points. */
export function runSeries(events: readonly TrainEvent[], limit: number = 1000): RunSeries {
  const steps = lastTold(events)
  const curve = (read: (event: StepEvent) => number): SeriesPoint[] =>
    steps.map((event) => ({ x: event.iteration, y: read(event) })).filter((point) => Number.isFinite(point.y))
  const all = (reduce: (points: readonly SeriesPoint[]) => SeriesPoint[]): RunSeries['metrics'] => {
    const metric = (name: keyof StepMetrics): SeriesPoint[] => reduce(curve((event) => event.metrics[name]))
    return {
      loss: metric('loss'),
      ownCosine: metric('ownCosine'),
      nearestCosine: metric('nearestCosine'),
      winShare: metric('winShare'),
      embeddingNorm: metric('embeddingNorm'),
      gradientNorm: metric('gradientNorm'),
    }
  }
  const course = courseOf(events, steps)
  return {
    metrics: all((points) => thinned(points, limit)),
    smooth: all((points) => smoothed(points)),
    learningRate: thinned(
      curve((event) => event.learningRate),
      limit,
    ),
    imagesPerSecond: thinned(
      curve((event) => event.imagesPerSecond),
      limit,
    ),
    validations: validationsOf(events),
    ...layersOf(events),
    diagnoses: ofKind(events, 'diagnosis').map(({ iteration, signature, text }) => ({
      iteration,
      signature,
      text,
    })),
    notes: ofKind(events, 'note').map(({ level, text }) => ({ level, text })),
    stopped: ofKind(events, 'stopped')
      .map(({ iteration, reason, text }) => ({ iteration, reason, text }))
      .at(-1),
    iterations: (steps.at(-1)?.iteration ?? -1) + 1,
    seconds: course?.seconds,
    waitedShare: course?.waitedShare,
    meanImagesPerSecond: course?.imagesPerSecond,
  }
}
