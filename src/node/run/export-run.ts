/** @file From a run's checkpoint to a model bundle that provably gives the same embeddings. */
import { DataError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import { alignmentPoints } from '../../image/alignment.ts'
import type { Size } from '../../image/image.ts'
import { paperNormalisation } from '../../image/normalise.ts'
import { makeBundle, type Bundle } from '../../model/bundle.ts'
import { openEmbeddingModel } from '../../model/embedder.ts'
import { seenMetadata } from '../../model/seen.ts'
import { checkParity, parity, type Parity } from '../../model/parity.ts'
import type { OpenSession } from '../../runtime/session.ts'
import type { Tensor } from '../../tensor/tensor.ts'
import { checkState, type CheckpointRecord } from '../../train/checkpoint.ts'
import { embedGraph, feedNames, resultNames } from '../../train/step.ts'
import { recipeOf } from '../../train/train.ts'
import { chosenCheckpoint, readWeights, type Choice } from './checkpoint-store.ts'
import { openDriver } from '../session/open-driver.ts'
import { checkPlace, replaceFile } from '../files/replace-file.ts'
import { checkRunFolder, runPaths } from './run-folder.ts'
import { seenByRun } from './seen-people.ts'
import { ownFlip } from './train-data.ts'

/** A model written to a file. */
export interface ExportedModel {
  readonly file: string
  readonly bytes: Uint8Array
  readonly contract: Bundle['contract']
  readonly iteration: number
  readonly parity: Parity
}

export interface ExportOptions {
  /** @defaultValue best */
  readonly which?: Choice
  readonly file: string
  readonly openSession: OpenSession
  /** Leave out the hashes of the people and images it has seen. @defaultValue false */
  readonly withoutPeople?: boolean
}

const checkedImages = 32

/** Pixels to the side of one patch. */
const patch = 16

/**
 * Prepared pixels [N, 3, H, W] in [−1, 1]: any input shows whether two computations agree, but images of noise look all
 * alike to a network and hide what they could show; of random patches each is embedded elsewhere.
 */
const anyPixels = (count: number, { height, width }: Size): Float32Array => {
  const stream = random(1, 'parity')
  const rows = Math.ceil(height / patch)
  const columns = Math.ceil(width / patch)
  const patches = Float32Array.from({ length: count * 3 * rows * columns }, () => 2 * stream.uniform() - 1)
  return Float32Array.from({ length: count * 3 * height * width }, (_, i) => {
    const x = i % width
    const y = Math.floor(i / width) % height
    const plane = Math.floor(i / (width * height))
    return patches[(plane * rows + Math.floor(y / patch)) * columns + Math.floor(x / patch)] ?? NaN
  })
}

/** Writes the model of a run. @throws DataError where it does not give the trained weights' embeddings; then nothing is written */
export async function exportRun(
  run: string,
  { which = 'best', file, openSession, withoutPeople = false }: ExportOptions,
): Promise<ExportedModel> {
  await checkRunFolder(run)
  await checkPlace(file)
  const chosen = await chosenCheckpoint(run, which)
  if (chosen === undefined)
    throw new DataError(
      `${run} holds no checkpoint: it is not the folder of a run, or its training ended before the first one`,
    )
  const { iteration } = chosen
  const { record, weights } = await readWeights(run, iteration)
  const { config } = record
  const recipe = recipeOf(config, record.identities.length)
  const { parameters, buffers } = recipe.network
  checkState(weights, Object.fromEntries([...parameters, ...buffers].map(({ name, shape }) => [name, shape])))
  const seen = withoutPeople ? undefined : await seenByRun(runPaths(run))
  const { bytes, contract } = makeBundle({
    graph: embedGraph(recipe, 1),
    weights,
    ...(seen === undefined ? {} : { metadata: seenMetadata(seen) }),
    contract: {
      ...paperNormalisation,
      flip: ownFlip,
      alignmentPoints: alignmentPoints(config.size),
      training: { ...trainingSummary(record), ...originOf(which, chosen.weights) },
    },
  })
  const opened = await openDriver({ threads: config.threads })
  await using driver = opened.driver
  await using model = await openEmbeddingModel(driver, bytes, file, {
    device: 'cpu',
    threads: config.threads,
  })
  await using session = await openSession({
    state: shapesOf(
      weights,
      recipe.network.parameters.map(({ name }) => name),
    ),
    programs: { embed: embedGraph(recipe, checkedImages) },
    device: config.device,
    threads: config.threads,
  })
  await session.writeState(
    new Map([...weights].filter(([name]) => recipe.network.parameters.some((own) => own.name === name))),
  )
  const shape = [checkedImages, 3, config.size.height, config.size.width]
  const pixels = anyPixels(checkedImages, config.size)
  const trained = async (data: Float32Array): Promise<Float32Array> => {
    const results = await session.run('embed', { [feedNames.pixels]: { shape, data } })
    return results[resultNames.embedding]?.data ?? new Float32Array(0)
  }
  const found = await parity(trained, model.embed, pixels, checkedImages)
  checkParity(found)
  await replaceFile(file, bytes)
  return { file, bytes, contract, iteration, parity: found }
}

const shapesOf = (
  weights: ReadonlyMap<string, Tensor>,
  names: readonly string[],
): Record<string, readonly number[]> =>
  Object.fromEntries(names.map((name) => [name, weights.get(name)?.shape ?? []]))

/** What a model says about the checkpoint it was made of. */
export interface ModelOrigin {
  readonly chosen: Choice
  /** The beginning of the hash of the checkpoint's weights file. */
  readonly checkpoint: string
}

/** The origin of a model made of the checkpoint whose weights have this hash. */
export function originOf(chosen: Choice, weights: string): ModelOrigin & Readonly<Record<string, string>> {
  return { chosen, checkpoint: weights.slice(0, 16) }
}

const trainingSummary = ({
  config,
  iteration,
  identities,
  best,
}: CheckpointRecord): Record<string, string | number> => ({
  backbone: config.backbone,
  loss: config.loss.name,
  scale: config.loss.scale,
  margin: config.loss.margin,
  identities: identities.length,
  iterations: iteration,
  batch: config.batch,
  seed: config.seed,
  ...(best?.iteration === iteration ? { validationAccuracy: best.accuracy } : {}),
})
