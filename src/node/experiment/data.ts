/** @file The data of an experiment, opened and decoded once for all its trainings. */
import { join } from 'node:path'
import { unitsOf } from '../../evaluate/protocol/outcomes.ts'
import { identitiesOf } from '../../evaluate/identities.ts'
import { DataError } from '../../base/errors.ts'
import type { PairOwners } from '../../experiment/paired.ts'
import { cellConfig, cellsOf, type ExperimentPlan } from '../../experiment/plan.ts'
import { recipeOf } from '../../train/train.ts'
import type { DecodedCrops } from '../faces/batches.ts'
import { readImage } from '../faces/decode.ts'
import type { DataMark } from './folder.ts'
import { checkMemory } from '../run/check-memory.ts'
import { loadPairCrops, type PairCrops } from '../run/pair-validation.ts'
import { readPairSet } from '../faces/pair-list.ts'
import {
  openRunBatches,
  openRunSets,
  runDataOf,
  samplerOf,
  type RunDataOptions,
  type RunSets,
} from '../run/train-data.ts'
import type { TrainRunOptions } from '../run/train-run.ts'

/** The data of an experiment. */
export interface ExperimentData extends AsyncDisposable {
  readonly sets: RunSets
  /** What every training is reported on. */
  readonly pairs: PairCrops
  readonly role: 'list' | 'test' | 'validation'
  readonly mark: DataMark
  readonly owners: PairOwners
  /** For `startRun`. */
  readonly openData: NonNullable<TrainRunOptions['openData']>
}

const ownersOf = ({ pairs }: PairCrops): PairOwners => {
  const numbers = new Map<string, number>()
  const numberOf = (person: string): number => {
    const known = numbers.get(person) ?? numbers.size
    numbers.set(person, known)
    return known
  }
  const people = identitiesOf(pairs.pairs).map(([a, b]) => [numberOf(a), numberOf(b)] as const)
  return {
    first: Int32Array.from(people, ([a]) => a),
    second: Int32Array.from(people, ([, b], i) => (pairs.pairs[i]?.same === true ? -1 : b)),
  }
}

const listPairs = async (
  { images, pairs }: NonNullable<ExperimentPlan['list']>,
  { config }: ExperimentPlan,
  signal: AbortSignal,
): Promise<PairCrops> =>
  loadPairCrops(
    await readPairSet(pairs, images),
    (name) => readImage(join(images, name)),
    config.size,
    signal,
  )

/** Checks every training of the plan against the data, before the first begins. @throws UsageError */
const checkCells = (plan: ExperimentPlan, { train }: RunSets['sets']): void => {
  const configs = cellsOf({ ...plan, seeds: plan.seeds.slice(0, 1) }).map((cell) => cellConfig(plan, cell))
  for (const config of configs) {
    recipeOf(config, train.identities.length)
    samplerOf(config, train)
  }
  // a margin or a scale takes no memory
  for (const config of new Map(configs.map((each) => [each.loss.name, each])).values())
    checkMemory(config, train.identities.length)
}

/**
 * Opens the data of an experiment and checks its trainings against it.
 * @throws UsageError, DataError, FormatError as folders, lists and options do
 */
export async function openExperimentData(
  plan: ExperimentPlan,
  options: RunDataOptions,
): Promise<ExperimentData> {
  const sets = await openRunSets(plan.config, options, (people) => checkCells(plan, people))
  try {
    const { validationPairs, testPairs } = sets
    const list = plan.list === undefined ? undefined : await listPairs(plan.list, plan, options.signal)
    const pairs = list ?? testPairs ?? validationPairs
    if (pairs === undefined)
      throw new DataError(
        'There is nothing to compare on: it takes 20 test or validation people with two images each, or --images with --pairs',
      )
    const role = list !== undefined ? 'list' : testPairs !== undefined ? 'test' : 'validation'
    let decoded: DecodedCrops | undefined
    return {
      sets,
      pairs,
      role,
      owners: ownersOf(pairs),
      mark: {
        identities: sets.sets.train.identities.length,
        images: sets.sets.train.samples.length,
        train: unitsOf(sets.sets.train.identities),
        validation: unitsOf(sets.sets.validation.identities),
        pairs: unitsOf(pairs.pairs.pairs.flatMap(({ a, b, same }) => [a, b, same ? '1' : '0'])),
      },
      openData: async (config, given) => {
        const batches = await openRunBatches(config, sets, {
          ...given,
          ...(decoded === undefined ? {} : { decoded }),
        })
        decoded ??= batches.decoded
        return runDataOf(sets, batches, false)
      },
      [Symbol.asyncDispose]: () => sets[Symbol.asyncDispose](),
    }
  } catch (error) {
    await sets[Symbol.asyncDispose]()
    throw error
  }
}
