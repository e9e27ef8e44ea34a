/** @file Opens everything a run learns from, is chosen by, watches and is reported on. */
import { DataError, unexpected } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import { counted } from '../../base/words.ts'
import type { Dataset, UnreadableImage } from '../../data/dataset.ts'
import { identitySampler, type Sampler } from '../../data/sampler.ts'
import type { FlipRule } from '../../evaluate/features.ts'
import { buildHead } from '../../loss/build.ts'
import type { TrainConfig } from '../../train/config.ts'
import type { ValidationSet } from '../../train/surroundings.ts'
import { openBatches, type DecodedCrops, type NodeBatchSource } from '../faces/batches.ts'
import { openTrainingData, type TrainingData } from './folder-training-data.ts'
import { checkMemory } from './check-memory.ts'
import { requireDevice } from '../session/devices.ts'
import { openDriver } from '../session/open-driver.ts'
import { loadHeldOut, type HeldOut } from './held-out.ts'
import { pairValidation, type PairCrops } from './pair-validation.ts'
import { openWatched } from './watched-pairs.ts'

/** The flip rule of validation, evaluation and export of our own models (CosFace §4.1). */
export const ownFlip: FlipRule = 'concat'

/** One line for a person. */
export interface Note {
  readonly level: 'info' | 'warning'
  readonly text: string
}

/** Progress of what comes before the first iteration. */
export type Prepared = (what: string, done: number, total: number) => void

/** The data of a run, opened. */
export interface RunData extends AsyncDisposable {
  readonly sets: TrainingData
  readonly batches: NodeBatchSource
  readonly validation: readonly ValidationSet[]
  /** The pairs of the validation identities, from which thresholds are taken; absent where there are too few people. */
  readonly validationPairs: PairCrops | undefined
  readonly notes: readonly Note[]
}

/** Images of a person in a batch, where the loss compares images of a person. */
const imagesPerIdentity = 4

/** P×K batches where the loss needs them; otherwise every image once an epoch. */
export function samplerOf(config: TrainConfig, train: Dataset): { readonly sampler?: Sampler } {
  const { embeddingSize, batch, seed } = config
  if (!buildHead(config.loss, { classes: train.identities.length, embeddingSize }).needsImagesPerIdentity)
    return {}
  // the loss compares within a part of the batch: people with each other, and the images of each
  const part = batch / config.accumulate
  if (part % imagesPerIdentity !== 0 || part < 2 * imagesPerIdentity) {
    const inPart = config.accumulate === 1 ? '' : ` in each of ${config.accumulate} parts (--accumulate)`
    const wanted = `a multiple of ${imagesPerIdentity}, ${2 * imagesPerIdentity} at least${inPart}, since ${config.loss.name} compares ${imagesPerIdentity} images of each of several people`
    throw unexpected('batch', wanted, batch)
  }
  const identityOf = train.samples.map(({ identity }) => identity)
  if (new Set(identityOf).size === identityOf.length) {
    throw new DataError(
      `${config.loss.name} compares the images of a person, and nobody here has two; take another --loss`,
    )
  }
  return { sampler: identitySampler(identityOf, batch / imagesPerIdentity, imagesPerIdentity, seed) }
}

/** What a run needs beside its batches; runs on the same people share it. */
export interface RunSets extends AsyncDisposable {
  readonly sets: TrainingData
  readonly validation: readonly ValidationSet[]
  readonly validationPairs: PairCrops | undefined
  readonly testPairs: PairCrops | undefined
  /** Images of the sets kept apart that cannot be read. */
  readonly unreadable: readonly UnreadableImage[]
  readonly notes: readonly Note[]
}

export interface RunDataOptions {
  readonly prepared: Prepared
  readonly knownUnreadable?: readonly UnreadableImage[]
  readonly onUnreadable: (image: UnreadableImage) => void
  readonly signal: AbortSignal
}

/** The seed of who is in which set, and of the pairs drawn of them. */
export function splitSeedOf({ data, seed }: TrainConfig): number {
  return data.splitSeed ?? seed
}

/** A batch with more places than there are images holds some of them several times; slow, and no better for it. */
const repeatedInBatch = (batch: number, images: number): readonly Note[] =>
  batch <= images
    ? []
    : [
        {
          level: 'warning',
          text: `A batch of ${counted(batch, 'image')} holds each of the ${counted(images, 'image')} to learn from about ${Math.round((10 * batch) / images) / 10} times; a smaller --batch takes less memory and time`,
        },
      ]

/** Long before there is anything to run on it. @throws MissingPartError where the device does not work here */
const checkDevice = async ({ device, threads }: TrainConfig): Promise<void> => {
  if (device === 'cpu') return
  const { driver } = await openDriver({ threads })
  try {
    await requireDevice(device, driver)
  } finally {
    await driver[Symbol.asyncDispose]()
  }
}

/**
 * Opens the folders, divides the people and decodes those kept apart.
 * @param check looks at who is in which set before anything is decoded
 * @throws UsageError, DataError, FormatError as its parts
 */
export async function openRunSets(
  config: TrainConfig,
  options: RunDataOptions,
  check: (sets: TrainingData) => void = () => {},
): Promise<RunSets> {
  const { signal } = options
  await checkDevice(config)
  const seed = splitSeedOf(config)
  const sets = await openTrainingData(config.data, seed, config.size)
  try {
    check(sets)
  } catch (error) {
    await sets[Symbol.asyncDispose]()
    throw error
  }
  const notes: Note[] = [...sets.remarks, ...repeatedInBatch(config.batch, sets.train.samples.length)]
  const validation: ValidationSet[] = []
  const heldOut = (set: Dataset): Promise<HeldOut> =>
    loadHeldOut(set, {
      seed,
      size: config.size,
      maxUnreadable: config.data.maxUnreadable,
      known: options.knownUnreadable ?? [],
      onUnreadable: options.onUnreadable,
      signal,
    })
  const { pairs: validationPairs, unreadable } = await heldOut(sets.validation)
  // the test's images are read again at the end; a damaged one must not show only then
  const { pairs: testPairs, unreadable: unreadableInTest } = await heldOut(sets.test)
  if (validationPairs === undefined) {
    notes.push({
      level: 'warning',
      text: `Validation has ${counted(sets.validation.identities.length, 'person', 'people')}; to choose the best model it takes 20 with two images each, so the last one is kept`,
    })
  } else {
    validation.push(pairValidation('validation', 'validation identities', validationPairs, ownFlip))
  }
  const testPeople = sets.test.identities.length
  if (testPairs === undefined && testPeople > 0) {
    const instead =
      validationPairs === undefined
        ? 'nothing is said about how good the model is'
        : 'the model is judged on the validation people, who also choose it'
    notes.push({
      level: 'warning',
      text: `Test has ${counted(testPeople, 'person', 'people')}; a test takes 20 with two images each, so ${instead}`,
    })
  }
  for (const file of config.data.watch) validation.push(await openWatched(file, config, ownFlip, signal))
  return {
    sets,
    validation,
    validationPairs,
    testPairs,
    unreadable: [...unreadable, ...unreadableInTest],
    notes,
    [Symbol.asyncDispose]: () => sets[Symbol.asyncDispose](),
  }
}

/** Opens the batches of a run whose sets are open; `decoded` are the crops of an earlier run on them. */
export function openRunBatches(
  config: TrainConfig,
  { sets }: Pick<RunSets, 'sets'>,
  options: RunDataOptions & { readonly decoded?: DecodedCrops },
): Promise<NodeBatchSource> {
  return openBatches({
    dataset: sets.train,
    size: config.size,
    batch: config.batch,
    seed: config.seed,
    augmentation: config.augmentation,
    maxUnreadable: config.data.maxUnreadable,
    ...samplerOf(config, sets.train),
    ...(options.knownUnreadable === undefined ? {} : { knownUnreadable: options.knownUnreadable }),
    ...(options.decoded === undefined ? {} : { decoded: options.decoded }),
    onProgress: (done, total) => options.prepared('decoding', done, total),
    onUnreadable: options.onUnreadable,
    signal: options.signal,
  })
}

/** The data of a run from its sets and its batches. @param closesSets whether the run is the only one on them */
export function runDataOf(opened: RunSets, batches: NodeBatchSource, closesSets: boolean): RunData {
  const { sets, validation, validationPairs, unreadable, notes } = opened
  return {
    sets,
    batches: withUnreadable(batches, unreadable),
    validation,
    validationPairs,
    notes,
    [Symbol.asyncDispose]: async () => {
      await batches[Symbol.asyncDispose]()
      if (closesSets) await opened[Symbol.asyncDispose]()
    },
  }
}

/** Opens the data of a run. @throws UsageError, DataError, FormatError as its parts; nothing is written */
export async function openRunData(config: TrainConfig, options: RunDataOptions): Promise<RunData> {
  // a loss that these people cannot have, or a step that does not fit, is refused before an image is decoded
  const opened = await openRunSets(config, options, ({ train }) => {
    samplerOf(config, train)
    checkMemory(config, train.identities.length)
  })
  try {
    return runDataOf(opened, await openRunBatches(config, opened, options), true)
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}

/** The same batches; what cannot be read in the other sets is counted and remembered with their own. */
const withUnreadable = (batches: NodeBatchSource, others: readonly UnreadableImage[]): NodeBatchSource => ({
  ...(batches.decoded === undefined ? {} : { decoded: batches.decoded }),
  ...given({ distinctShare: batches.distinctShare }),
  batchesPerEpoch: batches.batchesPerEpoch,
  cached: batches.cached,
  workers: batches.workers,
  get waitedSeconds() {
    return batches.waitedSeconds
  },
  get unreadable() {
    return [...batches.unreadable, ...others]
  },
  batch: (iteration) => batches.batch(iteration),
  [Symbol.asyncDispose]: () => batches[Symbol.asyncDispose](),
})

/** Checks that a resumed run sees the people it was begun with. @throws DataError */
export function checkIdentities(before: readonly string[], now: readonly string[]): void {
  const same = before.length === now.length && before.every((name, index) => name === now[index])
  if (same) return
  const gone = before.filter((name) => !now.includes(name)).length
  throw new DataError(
    `The folders no longer hold the ${before.length} identities this run was begun with (${gone} are gone, ${now.length} are there): a label would mean another person`,
  )
}
