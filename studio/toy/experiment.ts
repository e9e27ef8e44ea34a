/** @file The experiment as the page drives it: one or two trainings in step, from the same seed, in workers. */
import type { StepMetrics } from '../../src/train/events.ts'
import type { Judgement } from '../../src/experiment/toy-judge.ts'
import { liveKnobs, type ToyKnobs } from '../../src/experiment/toy-knobs.ts'
import { lossSettings } from '../losses.ts'
import type { LabLoss, LabState, Speed } from '../state.ts'
import { type Lane, openLane } from './lane.ts'
import type { LaneFrame } from './lane-protocol.ts'
import { openPainter, type Painter } from './faces.ts'
import { Album, type People } from './people.ts'

/** One training as it stands. */
export interface LaneView {
  readonly loss: LabLoss
  readonly frame: LaneFrame
  /** Of every update since the beginning. */
  readonly losses: readonly number[]
  readonly history: readonly LaneMoment[]
}

/** What the curves show. */
export interface LaneMoment {
  readonly iteration: number
  readonly error: number
  readonly spread: number
  readonly between: number
}

/** All that the page shows of the experiment. */
export interface ExperimentView {
  readonly phase: 'drawing' | 'starting' | 'ready' | 'playing' | 'failed'
  /** Of the drawing, 0 … 1. */
  readonly drawn: number
  readonly lanes: readonly LaneView[]
  readonly people?: People
  /** Updates a second of each training while it plays. */
  readonly pace?: number | undefined
  /** What the reader should know of the last change. */
  readonly note?: string | undefined
  /** Why it failed. */
  readonly failure?: string | undefined
}

/** Where an experiment stops by itself; playing on goes on. */
export const resting = 1500

const stepsPerFrame: { readonly [K in Speed]: number } = { slow: 1, normal: 5, fast: 25 }
/** Milliseconds between frames, at least. */
const rests: { readonly [K in Speed]: number } = { slow: 240, normal: 30, fast: 0 }

/** Settings that a running training cannot take up, as a text that differs when they do. */
const fixedPart = (state: LabState): string =>
  JSON.stringify([
    state.seed,
    state.classes,
    state.dimensions,
    ...lanesOf(state).map((loss) => {
      const { scale, margin, ...rest } = lossSettings(loss, state)
      const live = liveKnobs(lossSettings(loss, state))
      const options = live.margin ? { ...rest.options, marginRadians: 0 } : rest.options
      return [rest.name, options, live.scale ? 0 : scale, live.margin ? 0 : margin]
    }),
  ])

const lanesOf = ({ left, right }: LabState): LabLoss[] => (right === 'none' ? [left] : [left, right])

const knobsFor = (loss: LabLoss, { scale, margin, marginRadians, learningRate }: LabState): ToyKnobs => ({
  learningRate,
  scale,
  margin: loss === 'cosface' ? margin : marginRadians,
})

/** The trainings behind the page; ends with `end`. */
export class Experiment {
  view: ExperimentView = { phase: 'drawing', drawn: 0, lanes: [] }
  readonly #listeners = new Set<() => void>()
  #state: LabState
  #lanes: readonly Lane[] = []
  #attempt = new AbortController()
  #playing = false
  /** Draws the faces. */
  readonly painter: Painter = openPainter()
  readonly #album = new Album(this.painter)

  constructor(state: LabState) {
    this.#state = state
    void this.#begin()
  }

  /** Calls `onChange` whenever the view is another one; returns how to stop that. */
  listen(onChange: () => void): () => void {
    this.#listeners.add(onChange)
    return () => this.#listeners.delete(onChange)
  }

  /** Takes up new settings: at the next update where the loss can, by beginning again where it cannot. */
  change(state: LabState): void {
    const before = this.#state
    this.#state = state
    if (fixedPart(before) === fixedPart(state)) return
    const hadBegun = (this.view.lanes[0]?.frame.iteration ?? 0) > 0
    const wasPlaying = this.#playing
    void this.#begin(
      hadBegun ? 'That cannot change while it trains: begun again from the seed.' : undefined,
    ).then(() => {
      if (wasPlaying) void this.play()
    })
  }

  /** Trains until told to pause, or until it has done enough. */
  async play(): Promise<void> {
    if (this.#playing || this.#lanes.length === 0) return
    this.#playing = true
    const attempt = this.#attempt
    const until = resting * (1 + Math.floor((this.view.lanes[0]?.frame.iteration ?? 0) / resting))
    this.#show({ phase: 'playing', note: undefined })
    while (this.#playing && attempt === this.#attempt) {
      const begun = performance.now()
      await this.#advance(stepsPerFrame[this.#state.speed], attempt)
      if (attempt !== this.#attempt) return
      if ((this.view.lanes[0]?.frame.iteration ?? 0) >= until) {
        this.pause(`Paused after ${until} updates; play goes on.`)
        return
      }
      await rest(Math.max(0, rests[this.#state.speed] - (performance.now() - begun)))
    }
  }

  /** Stops after the updates in hand. */
  pause(note?: string): void {
    if (!this.#playing) return
    this.#playing = false
    this.#show({ phase: 'ready', note })
  }

  /** A few updates. */
  async step(count: number = 1): Promise<void> {
    if (this.#playing || this.view.phase !== 'ready') return
    await this.#advance(count, this.#attempt)
  }

  /** Back to the first weights. */
  async reset(): Promise<void> {
    await this.#begin()
  }

  /** What the loss of a training makes of one point; undefined where the training has moved on to another. */
  async judge(index: number, feature: readonly number[], label: number): Promise<Judgement | undefined> {
    return this.#lanes[index]?.judge({ feature, label }).catch(() => undefined)
  }

  /** Ends the workers. */
  end(): void {
    this.#attempt.abort()
    this.#playing = false
    for (const lane of this.#lanes) lane.end()
    this.#lanes = []
  }

  async #begin(note?: string): Promise<void> {
    this.#attempt.abort()
    const attempt = new AbortController()
    this.#attempt = attempt
    this.#playing = false
    const state = this.#state
    this.#show({ phase: 'drawing', drawn: 0, note, failure: undefined, pace: undefined })
    // the workers load their code while the faces are drawn
    this.#lanesFor(lanesOf(state).length)
    try {
      const people = await this.#album.people(
        state.classes,
        state.seed,
        (drawn) => {
          if (attempt === this.#attempt) this.#show({ drawn })
        },
        attempt.signal,
      )
      if (attempt !== this.#attempt) return
      this.#show({ phase: 'starting', drawn: 1 })
      const losses = lanesOf(state)
      const lanes = this.#lanesFor(losses.length)
      const threads = threadsFor(losses.length)
      const frames = await Promise.all(
        losses.map(async (loss, index) =>
          lanes[index]?.start({
            loss: lossSettings(loss, state),
            seed: state.seed,
            dimensions: state.dimensions,
            data: people.data,
            threads,
          }),
        ),
      )
      if (attempt !== this.#attempt) return
      const views = losses.flatMap((loss, index): LaneView[] => {
        const frame = frames[index]
        return frame === undefined ? [] : [{ loss, frame, losses: [], history: [momentOf(frame)] }]
      })
      this.#show({ phase: 'ready', lanes: views, people })
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(error)
    }
  }

  async #advance(steps: number, attempt: AbortController): Promise<void> {
    const state = this.#state
    const begun = performance.now()
    try {
      const frames = await Promise.all(
        this.view.lanes.map(async ({ loss }, index) =>
          this.#lanes[index]?.advance({ steps, knobs: knobsFor(loss, state) }),
        ),
      )
      if (attempt !== this.#attempt) return
      const seconds = (performance.now() - begun) / 1000
      const pace = 1 / (0.8 / (this.view.pace ?? steps / seconds) + (0.2 * seconds) / steps)
      this.#show({
        pace,
        lanes: this.view.lanes.map((lane, index) => {
          const frame = frames[index]
          if (frame === undefined) return lane
          return {
            ...lane,
            frame,
            losses: [...lane.losses, ...frame.metrics.map(({ loss }: StepMetrics) => loss)],
            history: [...lane.history, momentOf(frame)],
          }
        }),
      })
    } catch (error) {
      if (attempt === this.#attempt) this.#fail(error)
    }
  }

  #lanesFor(count: number): readonly Lane[] {
    for (const lane of this.#lanes.slice(count)) lane.end()
    const kept = this.#lanes.slice(0, count)
    this.#lanes = [...kept, ...Array.from({ length: count - kept.length }, openLane)]
    return this.#lanes
  }

  #fail(error: unknown): void {
    this.#playing = false
    this.#show({ phase: 'failed', failure: error instanceof Error ? error.message : String(error) })
  }

  #show(change: Partial<ExperimentView>): void {
    this.view = { ...this.view, ...change }
    for (const listener of this.#listeners) listener()
  }
}

const momentOf = ({ iteration, heldOut, train }: LaneFrame): LaneMoment => ({
  iteration,
  error: heldOut.error,
  spread: train.withinSpread,
  between: train.smallestBetween,
})

/** Whether the runtime may use threads of its own. */
export function hasThreads(): boolean {
  return globalThis.crossOriginIsolated && typeof SharedArrayBuffer !== 'undefined'
}

/** Threads for each of several trainings that run at once. */
const threadsFor = (lanes: number): number =>
  hasThreads() ? Math.max(1, Math.min(4, Math.floor((navigator.hardwareConcurrency - 1) / lanes))) : 1

/** Lets the page have its turn. */
const rest = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
