/** @file Carries an experiment out: every training that is not done, one after another, each judged as it ends. */
import { convergenceOf, endOf, type CellResult } from '../../experiment/cell.ts'
import { type Cell, cellConfig, cellsOf, type ExperimentPlan } from '../../experiment/plan.ts'
import type { ExperimentContents } from '../../report/experiment-contents.ts'
import { runSeries } from '../../report/series.ts'
import type { OpenSession } from '../../runtime/session.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { DataError } from '../../base/errors.ts'
import { chosenCheckpoint, readWeights } from '../run/checkpoint-store.ts'
import { type ExperimentData, openExperimentData } from './data.ts'
import {
  checkExperimentFolder,
  dropCheckpoints,
  type ExperimentPaths,
  experimentPaths,
  readResult,
  runState,
  settlePlan,
  tidyDone,
} from './folder.ts'
import { holdFolder, type LockedFolder, lockFolder } from '../files/locked-folder.ts'
import { judgeModel } from './judge.ts'
import { experimentContents, writeExperiment } from './output.ts'
import { readEvents, runPaths, writeJson } from '../run/run-folder.ts'
import { resumeRun, type RunEvent, startRun } from '../run/train-run.ts'
import { whileWorking } from '../threads/while-working.ts'

/** What an experiment tells. */
export type ExperimentEvent =
  | { readonly kind: 'progress'; readonly what: string; readonly done: number; readonly total: number }
  | { readonly kind: 'note'; readonly level: 'info' | 'warning'; readonly text: string }
  /** A training is known, begun or taken up; `number` counts from 1. */
  | {
      readonly kind: 'cell'
      readonly cell: Cell
      readonly number: number
      readonly total: number
      readonly state: 'done' | 'begin' | 'resume'
    }
  /** Something of the training under way; the time left is that of the whole experiment, in seconds. */
  | { readonly kind: 'run'; readonly event: RunEvent; readonly secondsLeft?: number }
  | { readonly kind: 'judged'; readonly cell: Cell; readonly result: CellResult }
  | { readonly kind: 'stopped'; readonly done: number; readonly total: number }
  | {
      readonly kind: 'finished'
      readonly contents: ExperimentContents
      readonly files: readonly string[]
      readonly results: readonly CellResult[]
    }

/** How an experiment is carried out. */
export interface ExperimentOptions {
  /**
   * The folder; new, empty, or with a part of the same experiment in it. Nobody else can write to it meanwhile; one that is
   * locked already stays locked afterwards.
   */
  readonly out: string | LockedFolder
  readonly openSession: OpenSession
  readonly signal: AbortSignal
  /** Leave the checkpoints of finished trainings in place. @defaultValue false */
  readonly keepCheckpoints?: boolean
}

/**
 * Carries out what is not done of an experiment: trainings that are done are read, one that was stopped or killed goes on
 * from its last checkpoint. Table, page and figures are written anew after each.
 * @throws UsageError, DataError before anything is trained where folder, data or settings cannot work
 */
export async function* runExperiment(
  asked: ExperimentPlan,
  options: ExperimentOptions,
): AsyncGenerator<ExperimentEvent, void> {
  const { out, signal } = options
  // what is there is said even where it could not be written to
  if (typeof out === 'string') await checkExperimentFolder(experimentPaths(out), asked)
  await using hold = await holdFolder(out)
  const { folder } = hold
  if (folder.note !== undefined) yield { kind: 'note', level: 'info', text: folder.note }
  const paths = experimentPaths(folder.path)
  const stored = await checkExperimentFolder(paths, asked)
  // what was begun goes on with its own threads and checkpoints
  const plan = stored?.plan ?? asked
  const pending: ExperimentEvent[] = []
  const opening = openExperimentData(plan, {
    prepared: (what, done, total) => pending.push({ kind: 'progress', what, done, total }),
    onUnreadable: ({ id, reason }) =>
      pending.push({
        kind: 'note',
        level: 'warning',
        text: `${id} cannot be read and is skipped: ${reason}`,
      }),
    signal,
  })
  await using data = yield* whileWorking(opening, () => pending.splice(0))
  for (const note of data.sets.notes) yield { kind: 'note', ...note }
  await settlePlan(folder, stored, { plan, data: data.mark })
  yield* new Experiment(plan, data, folder, options).events()
}

/** The course of an experiment. */
class Experiment {
  readonly #plan: ExperimentPlan
  readonly #data: ExperimentData
  readonly #folder: LockedFolder
  readonly #paths: ExperimentPaths
  readonly #options: ExperimentOptions
  readonly #cells: readonly Cell[]
  readonly #results = new Map<string, CellResult>()
  /** Seconds that each training of this session took, judging included. */
  readonly #took: number[] = []

  constructor(plan: ExperimentPlan, data: ExperimentData, folder: LockedFolder, options: ExperimentOptions) {
    this.#plan = plan
    this.#data = data
    this.#folder = folder
    this.#paths = experimentPaths(folder.path)
    this.#options = options
    this.#cells = cellsOf(plan)
  }

  async *events(): AsyncGenerator<ExperimentEvent, void> {
    const total = this.#cells.length
    for (const cell of this.#cells) {
      const known = await readResult(this.#paths, cell)
      if (known !== undefined) this.#results.set(cell.id, known)
    }
    for (const [index, cell] of this.#cells.entries()) {
      const number = index + 1
      if (this.#results.has(cell.id)) {
        await tidyDone(this.#paths.run(cell))
        yield { kind: 'cell', cell, number, total, state: 'done' }
        continue
      }
      if (this.#options.signal.aborted) return yield* this.#stopped()
      const start = performance.now()
      if (!(yield* this.#train(cell, number))) return yield* this.#stopped()
      const result = await this.#judge(cell)
      if (result === undefined) return yield* this.#stopped()
      this.#results.set(cell.id, result)
      this.#took.push((performance.now() - start) / 1000)
      yield { kind: 'judged', cell, result }
      await this.#tidy(cell)
      if (number < total) await this.#write()
    }
    const { contents, files } = await this.#write()
    yield { kind: 'finished', contents, files, results: [...this.#results.values()] }
  }

  *#stopped(): Generator<ExperimentEvent, void> {
    yield { kind: 'stopped', done: this.#results.size, total: this.#cells.length }
  }

  /** Trains, or goes on. @returns whether the training came to an end, good or bad */
  async *#train(cell: Cell, number: number): AsyncGenerator<ExperimentEvent, boolean> {
    const { openSession, signal } = this.#options
    const total = this.#cells.length
    // somebody may go on with this training alone
    await using folder = await lockFolder(this.#paths.run(cell))
    const state = await runState(folder)
    yield { kind: 'cell', cell, number, total, state }
    const initial = await this.#initial(cell)
    const options = {
      out: folder,
      openSession,
      signal,
      openData: this.#data.openData,
      ...(initial === undefined ? {} : { initial }),
    }
    const start = performance.now()
    const events = state === 'resume' ? resumeRun(options) : startRun(cellConfig(this.#plan, cell), options)
    let ended = false
    for await (const event of events) {
      if (event.kind === 'stopped') ended = event.reason === 'non-finite'
      if (event.kind === 'finished') ended = true
      const left =
        event.kind === 'step' && Number.isFinite(event.secondsLeft)
          ? this.#left((performance.now() - start) / 1000, event.secondsLeft, total - number)
          : undefined
      yield { kind: 'run', event, ...(left === undefined ? {} : { secondsLeft: left }) }
    }
    return ended
  }

  /** Seconds to the end of the experiment: this training's, and for those after it as long as those before took. */
  #left(elapsed: number, secondsLeft: number, after: number): number {
    const { length } = this.#took
    const each =
      length === 0 ? elapsed + secondsLeft : this.#took.reduce((sum, seconds) => sum + seconds, 0) / length
    return secondsLeft + after * each
  }

  /** The weights a training starts from, where its variant builds on another. */
  async #initial({ variant, seed }: Cell): Promise<ReadonlyMap<string, Tensor> | undefined> {
    if (variant.from === undefined) return undefined
    const source = this.#cells.find((cell) => cell.variant.id === variant.from && cell.seed === seed)
    const run = source === undefined ? undefined : this.#paths.run(source)
    const chosen = run === undefined ? undefined : await chosenCheckpoint(run, 'best')
    if (run === undefined || chosen === undefined)
      throw new DataError(`${run ?? variant.from} has no checkpoint for ${variant.name} to start from`)
    return (await readWeights(run, chosen.iteration)).weights
  }

  /** Reads off what the training came to and stores it; undefined where it was stopped. */
  async #judge(cell: Cell): Promise<CellResult | undefined> {
    const { signal } = this.#options
    const run = runPaths(this.#paths.run(cell))
    const events = await readEvents(run)
    const series = runSeries(events, 240)
    const isStopped = series.stopped?.reason === 'non-finite' && series.seconds === undefined
    const judged = isStopped
      ? undefined
      : await judgeModel(run.model, this.#data, { threads: this.#plan.config.threads, signal }).catch(
          (error: unknown) => {
            if (signal.aborted) return 'stopped' as const
            throw error
          },
        )
    if (judged === 'stopped') return undefined
    const end = endOf(series)
    const result: CellResult = {
      schema: 'cosface-cell/1',
      id: cell.id,
      variant: cell.variant.id,
      seed: cell.seed,
      convergence: convergenceOf(series, judged?.verification.result),
      diagnoses: series.diagnoses,
      iterations: series.iterations,
      ...(series.seconds === undefined ? {} : { seconds: series.seconds }),
      ...(series.meanImagesPerSecond === undefined ? {} : { imagesPerSecond: series.meanImagesPerSecond }),
      lastLoss: end.loss,
      ownCosine: end.ownCosine,
      nearestCosine: end.nearestCosine,
      curves: {
        loss: series.smooth.loss,
        validation: (series.validations.find(({ set }) => set === 'validation')?.points ?? []).map(
          ({ iteration, accuracy }) => ({ x: iteration, y: accuracy }),
        ),
      },
      ...judged,
    }
    await writeJson(this.#folder, this.#paths.result(cell), result)
    return result
  }

  /** The checkpoints of a finished training take most room; those that another starts from stay. */
  async #tidy(cell: Cell): Promise<void> {
    const isSource = this.#plan.variants.some(({ from }) => from === cell.variant.id)
    if (this.#options.keepCheckpoints === true || isSource) return
    await dropCheckpoints(this.#paths.run(cell))
  }

  async #write(): Promise<{ readonly contents: ExperimentContents; readonly files: readonly string[] }> {
    const results = this.#cells.flatMap(({ id }) => this.#results.get(id) ?? [])
    const contents = experimentContents(this.#plan, this.#data, results)
    return { contents, files: await writeExperiment(this.#folder, contents, this.#plan, results) }
  }
}
