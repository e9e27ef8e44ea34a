/** @file A whole training run in a run folder: data, training with checkpoints and log, then evaluation, model and report. */
import { existsSync } from 'node:fs'
import { printPlan } from '../../onnx/choose.ts'
import type { UnreadableImage } from '../../data/dataset.ts'
import type { OpenSession } from '../../runtime/session.ts'
import type { Checkpoint } from '../../train/checkpoint.ts'
import type { TrainConfig } from '../../train/config.ts'
import type { TrainEvent } from '../../train/events.ts'
import { encodeSafetensors } from '../../tensor/safetensors.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { forImages } from '../../train/configure.ts'
import { stepPrograms } from '../../train/step.ts'
import { recipeOf, train } from '../../train/train.ts'
import { checkConfig, readBegun, type BegunRun } from './begun-run.ts'
import {
  checkpointFolder,
  latestCheckpoint,
  listCheckpoints,
  repairCheckpoints,
  restoreBestMark,
} from './checkpoint-store.ts'
import { identitiesWithImages } from './held-out.ts'
import { imageKindOf } from '../faces/drawn-folder.ts'
import { finishRun, reportStopped, type FinishedRun, type FinishOptions } from './finish-run.ts'
import {
  checkNewRun,
  checkRunFolder,
  clearForNewRun,
  openEventLog,
  removeRun,
  runPaths,
  writeJson,
} from './run-folder.ts'
import { holdFolder, type LockedFolder } from '../files/locked-folder.ts'
import { seenIn } from './seen-people.ts'
import { describeTuning, tunePlan } from '../session/tune-plan.ts'
import { checkIdentities, openRunData, type Note, type RunData, type RunDataOptions } from './train-data.ts'
import { whileWorking } from '../threads/while-working.ts'

/** What a run tells beside the trainer's own events. */
export type RunEvent =
  | TrainEvent
  /** Work before or after training. */
  | { readonly kind: 'progress'; readonly what: string; readonly done: number; readonly total: number }
  | ({ readonly kind: 'finished' } & FinishedRun)

export interface TrainRunOptions {
  /**
   * The run folder; new and empty, or with `resume` the one to go on with. Nobody else can write to it meanwhile; one that
   * is locked already stays locked afterwards.
   */
  readonly out: string | LockedFolder
  readonly openSession: OpenSession
  readonly signal: AbortSignal
  /** Measure the lowerings first and train with the fastest; a resumed run keeps its plan. @defaultValue false */
  readonly tune?: boolean
  /** Opens the data where runs share it. @defaultValue `openRunData` */
  readonly openData?: (config: TrainConfig, options: RunDataOptions) => Promise<RunData>
  /** Weights to start from, by name; what is not named starts as drawn from the seed. */
  readonly initial?: ReadonlyMap<string, Tensor>
  /** Other ways of judging the pairs the run is reported on, shown beside it. */
  readonly baselines?: (config: TrainConfig, classes: number) => FinishOptions['baselines']
}

/** The options of a run whose folder is locked. */
type LockedRunOptions = TrainRunOptions & { readonly out: LockedFolder }

/** Begins a run. @throws UsageError, DataError before anything is written where data or options cannot work */
export async function* startRun(
  config: TrainConfig,
  options: TrainRunOptions,
): AsyncGenerator<RunEvent, void> {
  // what is there is said even where it could not be written to
  if (typeof options.out === 'string') await checkNewRun(options.out)
  yield* inFolder(options, (locked) => begin(config, locked))
}

/**
 * Goes on with a run from its last checkpoint; one that was ended before its first begins again.
 * @throws DataError, FormatError where there is no run or what is there is damaged
 */
export async function* resumeRun(options: TrainRunOptions): AsyncGenerator<RunEvent, void> {
  if (typeof options.out === 'string') await checkRunFolder(options.out)
  yield* inFolder(options, goOn)
}

/** Runs with the folder locked, and tells what was taken over from a killed run. */
async function* inFolder(
  options: TrainRunOptions,
  run: (options: LockedRunOptions) => AsyncGenerator<RunEvent, void>,
): AsyncGenerator<RunEvent, void> {
  const { out } = options
  await using hold = await holdFolder(out)
  const { folder } = hold
  if (folder.note !== undefined) yield { kind: 'note', level: 'info', text: folder.note }
  yield* run({ ...options, out: folder })
}

async function* goOn(options: LockedRunOptions): AsyncGenerator<RunEvent, void> {
  const { out } = options
  const paths = runPaths(out.path)
  await repairCheckpoints(out)
  if ((await listCheckpoints(out.path)).length === 0 && existsSync(paths.config)) {
    const again = await readBegun(paths)
    const text = 'Nothing was saved yet: the run begins again, as it was begun'
    yield { kind: 'note', level: 'info', text }
    return yield* course(again.config, { kind: 'again', ...again }, options)
  }
  const checkpoint = await latestCheckpoint(out.path)
  const { config } = checkpoint.record
  await checkConfig(paths, config)
  await restoreBestMark(out, checkpoint.record)
  yield* course(config, { kind: 'resumed', checkpoint }, options)
}

/** Begins a run; one that fails before its first iteration leaves nothing behind. */
async function* begin(asked: TrainConfig, options: LockedRunOptions): AsyncGenerator<RunEvent, void> {
  // long before there is anything to write
  await clearForNewRun(options.out)
  let begun = false
  try {
    for await (const event of course(asked, { kind: 'new' }, options)) {
      begun ||= event.kind === 'step' || event.kind === 'stopped'
      yield event
    }
  } catch (error) {
    if (!begun) await removeRun(options.out)
    throw error
  }
}

/** Where a run starts. */
type Beginning =
  | { readonly kind: 'new' }
  /** In the folder of a run that saved nothing. */
  | ({ readonly kind: 'again' } & BegunRun)
  | { readonly kind: 'resumed'; readonly checkpoint: Checkpoint }

async function* course(
  asked: TrainConfig,
  from: Beginning,
  { out, openSession, signal, baselines, initial, openData = openRunData, tune = false }: LockedRunOptions,
): AsyncGenerator<RunEvent, void> {
  const resume = from.kind === 'resumed' ? from.checkpoint : undefined
  const pending: RunEvent[] = []
  const drain = (): RunEvent[] => pending.splice(0)
  const data = yield* whileWorking(
    openData(asked, {
      prepared: (what, done, total) => pending.push({ kind: 'progress', what, done, total }),
      onUnreadable: (image) => pending.push({ kind: 'note', ...skipping(image) }),
      ...(resume === undefined ? {} : { knownUnreadable: resume.record.unreadable }),
      signal,
    }),
    drain,
  )
  await using open = data
  const config = forImages(asked, open.sets.train.samples.length)
  const expected = from.kind === 'again' ? from.identities : resume?.record.identities
  if (expected !== undefined) checkIdentities(expected, open.sets.train.identities)
  const given = from.kind === 'again' ? from.initial : initial
  if (resume === undefined) {
    const { train: learned, validation } = open.sets
    const seen = yield* whileWorking(
      seenIn([learned, validation], signal, (done, total) =>
        pending.push({ kind: 'progress', what: 'noting the images', done, total }),
      ),
      drain,
    )
    await describeRun(out, config, open, { initial: given, seen })
  }
  await using log = await openEventLog(out, resume?.record.iteration)
  // those found while the images were decoded have been told already, when there was no log yet
  const known = new Set(resume?.record.unreadable.map(({ id }) => id))
  const found = open.batches.unreadable.filter(({ id }) => !known.has(id))
  for (const image of found) await log.append({ kind: 'note', ...skipping(image) })
  const incomplete: Note[] = log.missing === undefined ? [] : [{ level: 'warning', text: log.missing }]
  for (const note of [...incomplete, ...open.notes, ...changedImages(log.events, open)]) {
    await log.append({ kind: 'note', ...note })
    yield { kind: 'note', ...note }
  }
  const tuned =
    tune && from.kind === 'new'
      ? yield* whileWorking(
          tunePlan(stepPrograms(recipeOf(config, open.sets.train.identities.length)), {
            device: config.device,
            threads: config.threads,
            signal,
            onProgress: (done, total) =>
              pending.push({ kind: 'progress', what: 'measuring lowerings', done, total }),
          }),
          drain,
        )
      : undefined
  for (const text of tuned === undefined ? [] : describeTuning(tuned)) {
    const told: TrainEvent = { kind: 'note', level: 'info', text }
    await log.append(told)
    yield told
  }
  const plan = from.kind === 'again' ? from.plan : tuned?.plan
  const store = checkpointFolder(out)
  const events = train(
    config,
    {
      openSession,
      data: { identities: open.sets.train.identities, batches: open.batches, summary: summaryOf(open) },
      validation: open.validation,
      checkpoints: {
        save: async (checkpoint, best) => {
          await log.flush()
          return store.save(checkpoint, best)
        },
      },
      ...(resume === undefined ? {} : { resume }),
      ...(plan === undefined ? {} : { plan }),
      ...(given === undefined ? {} : { initial: given }),
    },
    signal,
  )
  let ended = false
  for await (const event of events) {
    for (const told of drain()) {
      if (told.kind === 'note') await log.append(told)
      yield told
    }
    await log.append(event)
    if (event.kind === 'start') await out.replace(runPaths(out.path).plan, `${printPlan(event.plan)}\n`)
    yield event
    ended ||= event.kind === 'end'
  }
  if (!ended) {
    if (!isNonFinite(log.events)) return
    await reportStopped({ folder: out, config, data: open, events: log.events })
    yield { kind: 'note', level: 'info', text: `What led there is in ${runPaths(out.path).report}` }
    return
  }
  const finishing = finishRun({
    folder: out,
    config,
    data: open,
    events: log.events,
    openSession,
    signal,
    prepared: (what, done, total) => pending.push({ kind: 'progress', what, done, total }),
    onUnreadable: (image) => pending.push({ kind: 'note', ...skipping(image) }),
    images: imageKindOf(config.data.folders),
    baselines: baselines?.(config, open.sets.train.identities.length),
  }).catch((error: unknown) => {
    if (signal.aborted) return undefined
    throw error
  })
  const finished = yield* whileWorking(finishing, drain)
  yield finished === undefined ? unreported(config) : { kind: 'finished', ...finished }
}

const isNonFinite = (events: readonly TrainEvent[]): boolean => {
  const last = events.at(-1)
  return last?.kind === 'stopped' && last.reason === 'non-finite'
}

const unreported = ({ iterations }: TrainConfig): TrainEvent => ({
  kind: 'stopped',
  iteration: iterations,
  reason: 'interrupted',
  text: 'Stopped before the report was written; the training is complete and saved.',
})

const skipping = ({ id, reason }: UnreadableImage): Note => ({
  level: 'warning',
  text: `${id} cannot be read and is skipped: ${reason}`,
})

/** Images that came or went since the run was begun change the batches. */
const changedImages = (events: readonly TrainEvent[], { sets }: RunData): Note[] => {
  const before = events.find((event) => event.kind === 'start')?.data.images
  const now = sets.train.samples.length
  if (before === undefined || before === now) return []
  const text = `The folders hold ${now} images to learn from, ${before} when this run was begun: it does not go on bit for bit`
  return [{ level: 'warning', text }]
}

const summaryOf = (data: RunData) => ({
  identities: data.sets.train.identities.length,
  images: data.sets.train.samples.length,
  validationIdentities: data.sets.validation.identities.length,
  testIdentities: data.sets.test.identities.length,
  largestIdentity: Math.max(...identitiesWithImages(data.sets.train).map(({ images }) => images.length)),
  skipped: data.batches.unreadable.length,
})

const describeRun = async (
  folder: LockedFolder,
  config: TrainConfig,
  { sets }: RunData,
  { initial, seen }: { readonly initial: ReadonlyMap<string, Tensor> | undefined; readonly seen: string },
): Promise<void> => {
  const paths = runPaths(folder.path)
  // before the configuration, by which a run that saved nothing begins again
  if (initial !== undefined) await folder.replace(paths.initial, encodeSafetensors(initial))
  await folder.replace(paths.seen, `${seen}\n`)
  await writeJson(folder, paths.config, config)
  const { train: learned, validation, test } = sets
  await writeJson(folder, paths.split, {
    train: learned.identities,
    validation: validation.identities,
    test: test.identities,
  })
}
