/** @file The training loop: an async iterable of events. It prints nothing and knows no platform. */
import { given } from '../base/given.ts'
import { buildHead } from '../loss/build.ts'
import { adviceInLines } from '../loss/check-margin.ts'
import { backbone } from '../nn/backbones.ts'
import { sizeOf } from '../tensor/tensor.ts'
import type { VerificationResult } from '../evaluate/result.ts'
import { learningRateAt } from '../optim/schedule.ts'
import type { Batch } from '../data/dataset.ts'
import { distinctImages } from '../data/distinct.ts'
import { checkState, fingerprintChanges, type BestSoFar, type Checkpoint } from './checkpoint.ts'
import type { TrainConfig } from './config.ts'
import { diagnose, type Diagnosis } from './diagnosis.ts'
import type { TrainEvent } from './events.ts'
import { diagnosisFacts } from './facts.ts'
import { firstNonFinite } from './non-finite.ts'
import { durationInWords, pace } from './pace.ts'
import { trainedArrays, type Recipe } from './recipe.ts'
import type { Surroundings, ValidationSet } from './surroundings.ts'
import { stepRuns } from './step-feeds.ts'
import { Trainer, type StepReport } from './trainer.ts'
import { normsByLayer, watchEvery } from './watch.ts'

/** The step a configuration asks for, for `classes` people. @throws UsageError where an option cannot hold */
export function recipeOf(config: TrainConfig, classes: number): Recipe {
  const { size, embeddingSize } = config
  return {
    network: backbone(config.backbone, { size, embeddingSize }),
    head: buildHead(config.loss, { classes, embeddingSize }),
    size,
    classes,
    batch: config.batch,
    accumulate: config.accumulate,
    momentum: config.momentum,
    weightDecay: config.weightDecay,
    clip: config.clip,
    embedBatch: Math.max(1, Math.min(32, config.batch / config.accumulate)),
    watched: true,
  }
}

/**
 * Trains, telling every step. Ends by itself after `config.iterations` updates, after a `stopped` event when `signal`
 * is aborted (the step under way is finished and saved) or when loss or gradient stop being finite.
 */
export async function* train(
  config: TrainConfig,
  surroundings: Surroundings,
  signal: AbortSignal,
): AsyncGenerator<TrainEvent, void> {
  const { data, resume, openSession } = surroundings
  const recipe = recipeOf(config, data.identities.length)
  const warnings = [...adviceInLines(recipe.head), ...partsWarning(recipe)]
  for (const text of warnings) yield { kind: 'note', level: 'warning', text }
  const plan = resume?.record.plan ?? surroundings.plan
  await using trainer = await Trainer.open(recipe, {
    openSession,
    device: config.device,
    threads: config.threads,
    seed: config.seed,
    ...(plan === undefined ? {} : { plan }),
  })
  if (resume !== undefined) {
    checkState(resume.state, trainer.savedShapes())
    await trainer.restore(resume.state)
    const changes = fingerprintChanges(resume.record.fingerprint, trainer.session.fingerprint)
    if (changes.length > 0) {
      yield {
        kind: 'note',
        level: 'warning',
        text: `This run goes on under another execution (${changes.join('; ')}), so not bit for bit.`,
      }
    }
  }
  if (resume === undefined && surroundings.initial !== undefined) await trainer.restore(surroundings.initial)
  yield* new Run(config, surroundings, trainer, signal).events()
}

/** Where a batch in parts is another update than the whole one. */
const partsWarning = ({ accumulate, head }: Recipe): readonly string[] => {
  if (accumulate === 1 || head.acrossBatch.length === 0) return []
  const why = head.acrossBatch.join('; ')
  return [`In ${accumulate} parts (--accumulate) the update is not that of the whole batch: ${why}`]
}

/** One run's course: what is done so far and what comes next. */
class Run {
  readonly #config: TrainConfig
  readonly #surroundings: Surroundings
  readonly #trainer: Trainer
  readonly #signal: AbortSignal
  #iteration: number
  #best: BestSoFar | undefined
  #saved = -1
  #diagnosis: Diagnosis | undefined

  constructor(config: TrainConfig, surroundings: Surroundings, trainer: Trainer, signal: AbortSignal) {
    this.#config = config
    this.#surroundings = surroundings
    this.#trainer = trainer
    this.#signal = signal
    this.#iteration = surroundings.resume?.record.iteration ?? 0
    this.#best = surroundings.resume?.record.best
  }

  async *events(): AsyncGenerator<TrainEvent, void> {
    const { iterations, checkpointEvery, validateEvery } = this.#config
    const { batches, summary } = this.#surroundings.data
    const { network, head } = this.#trainer.recipe
    yield {
      kind: 'start',
      config: this.#config,
      iteration: this.#iteration,
      iterations,
      data: summary,
      fingerprint: this.#trainer.session.fingerprint,
      plan: this.#trainer.session.plan,
      parameters: trainedArrays({ network, head }).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      resumed: this.#surroundings.resume !== undefined,
    }
    const first = this.#iteration
    if (first < iterations) yield this.#estimate(await this.#trainer.rehearse())
    const watch = pace(this.#config.batch, iterations - first)
    while (this.#iteration < iterations) {
      if (this.#signal.aborted) return yield* this.#interrupted()
      const waited = batches.waitedSeconds
      const batch = await batches.batch(this.#iteration)
      const learningRate = this.#learningRate()
      const { metrics, gradientNorms, accepted, notFinite } = await this.#trainer.step(
        batch,
        learningRate,
        this.#iteration,
      )
      if (!accepted) return yield* this.#nonFinite(batch, learningRate, notFinite)
      const { seconds, imagesPerSecond, secondsLeft } = watch.step()
      yield {
        kind: 'step',
        iteration: this.#iteration,
        epoch: Math.floor(this.#iteration / batches.batchesPerEpoch),
        learningRate,
        metrics,
        seconds,
        waitedSeconds: batches.waitedSeconds - waited,
        imagesPerSecond,
        secondsLeft,
      }
      this.#diagnosis ??= this.#diagnose(batch)
      if (this.#iteration % watchEvery === 0) yield await this.#look(batch, gradientNorms)
      const seen = this.#diagnosis.step({
        iteration: this.#iteration,
        metrics,
        seconds,
        waitedSeconds: batches.waitedSeconds - waited,
      })
      for (const finding of seen) yield { kind: 'diagnosis', iteration: this.#iteration, ...finding }
      this.#iteration++
      const last = this.#iteration === iterations
      const chosen = last || this.#iteration % validateEvery === 0 ? yield* this.#validate() : false
      if (this.#signal.aborted && !last) return yield* this.#interrupted()
      if (chosen || last || this.#iteration % checkpointEvery === 0) yield* this.#save(chosen)
    }
    if (this.#saved < 0) yield* this.#save(false)
    const seconds = watch.total()
    yield {
      kind: 'end',
      iteration: this.#iteration,
      seconds,
      imagesPerSecond: ((this.#iteration - first) * this.#config.batch) / Math.max(seconds, 1e-9),
      waitedShare: batches.waitedSeconds / Math.max(seconds, 1e-9),
    }
  }

  #diagnose({ pixels, labels }: Batch): Diagnosis {
    const { data, resume } = this.#surroundings
    const { batches, summary } = data
    const { recipe } = this.#trainer
    return diagnose(
      diagnosisFacts(this.#config, recipe, summary, batches.batchesPerEpoch),
      batches.distinctShare ?? distinctImages(pixels, labels.length, summary.images),
      resume?.record.diagnosis,
    )
  }

  /** Looks at the layers, tells the diagnosis and everybody else. */
  async #look(batch: Batch, gradientNorms: Float32Array): Promise<TrainEvent> {
    const { recipe } = this.#trainer
    const look = {
      gradientNorms: normsByLayer(
        trainedArrays(recipe).map(({ name }) => name),
        gradientNorms,
      ),
      deadPrelus: await this.#trainer.deadPrelus(batch),
    }
    this.#diagnosis?.layers(look)
    return { kind: 'layers', iteration: this.#iteration, ...look }
  }

  /** How long the iterations to come take, validation and saving apart. */
  #estimate(secondsPerStep: number): TrainEvent {
    const { iterations, batch } = this.#config
    const left = iterations - this.#iteration
    const rate = (batch / secondsPerStep).toPrecision(3)
    return {
      kind: 'note',
      level: 'info',
      text: `About ${durationInWords(left * secondsPerStep)} for ${left} iterations of ${batch} images, at ${rate} images/s`,
    }
  }

  #learningRate(): number {
    const { learningRate: base, schedule, warmup, iterations } = this.#config
    return learningRateAt({ base, schedule, warmup, iterations }, this.#iteration)
  }

  /** Verifies every set; only sets of kind `validation` decide whether the model is the best so far. */
  async *#validate(): AsyncGenerator<TrainEvent, boolean> {
    let chosen = false
    for (const set of this.#surroundings.validation) {
      const result = await this.#evaluate(set)
      if (result === undefined) return false
      const best = set.kind === 'validation' && this.#isBest(result)
      if (set.kind === 'validation') this.#diagnosis?.validated(best, result.accuracy)
      if (best) this.#best = { iteration: this.#iteration, accuracy: result.accuracy, auc: result.auc }
      chosen ||= best
      yield { kind: 'validation', iteration: this.#iteration, set: set.kind, name: set.name, result, best }
    }
    return chosen
  }

  async #evaluate(set: ValidationSet): Promise<VerificationResult | undefined> {
    try {
      return await set.evaluate((pixels, count) => this.#trainer.embed(pixels, count), this.#signal)
    } catch (error) {
      if (this.#signal.aborted) return undefined
      throw error
    }
  }

  #isBest({ accuracy, auc }: { accuracy: number; auc: number }): boolean {
    const best = this.#best
    return best === undefined || accuracy > best.accuracy || (accuracy === best.accuracy && auc > best.auc)
  }

  async *#save(best: boolean): AsyncGenerator<TrainEvent, void> {
    const folder = await this.#surroundings.checkpoints.save(await this.#checkpoint(), best)
    this.#saved = this.#iteration
    yield { kind: 'checkpoint', iteration: this.#iteration, folder }
  }

  async #checkpoint(): Promise<Checkpoint> {
    const { data } = this.#surroundings
    return {
      record: {
        schema: 'cosface-checkpoint/1',
        iteration: this.#iteration,
        config: this.#config,
        plan: this.#trainer.session.plan,
        fingerprint: this.#trainer.session.fingerprint,
        identities: data.identities,
        unreadable: data.batches.unreadable,
        ...(this.#best === undefined ? {} : { best: this.#best }),
        ...given({ diagnosis: this.#diagnosis?.memory() ?? this.#surroundings.resume?.record.diagnosis }),
      },
      state: await this.#trainer.state(),
    }
  }

  async *#interrupted(): AsyncGenerator<TrainEvent, void> {
    if (this.#saved !== this.#iteration) yield* this.#save(false)
    const text = `Stopped after ${this.#iteration} of ${this.#config.iterations} iterations; everything is saved.`
    yield { kind: 'stopped', iteration: this.#iteration, reason: 'interrupted', text }
  }

  async *#nonFinite(
    batch: Batch,
    learningRate: number,
    what: StepReport['notFinite'] = 'loss',
  ): AsyncGenerator<TrainEvent, void> {
    if (this.#saved !== this.#iteration) yield* this.#save(false)
    const { threads, device } = this.#config
    const { recipe } = this.#trainer
    const runs = stepRuns(recipe, batch, learningRate, this.#iteration)
    const { openSession } = this.#surroundings
    const first = await firstNonFinite(this.#trainer, runs, { openSession, device, threads })
    const part = first?.part === undefined ? '' : `, in part ${first.part} of ${recipe.accumulate}`
    const where = first === undefined ? '' : `; the first tensor that is not finite is ${first.name}${part}`
    yield {
      kind: 'stopped',
      iteration: this.#iteration,
      reason: 'non-finite',
      text: `The ${what} is not finite at iteration ${this.#iteration}${where}. The last good state is kept, but resuming would end the same way: begin a new run with a lower learning rate or a clipped gradient.`,
    }
  }
}
