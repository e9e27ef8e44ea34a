/** @file The verification of one finished training on the pairs that all trainings of an experiment share. */
import { angleSample } from '../../evaluate/angles.ts'
import { identitiesOf } from '../../evaluate/identities.ts'
import { pairOutcomes } from '../../evaluate/protocol/outcomes.ts'
import { thresholdFrom } from '../../evaluate/verify.ts'
import type { CellVerification } from '../../experiment/cell.ts'
import { mean } from '../../tensor/statistics.ts'
import type { ExperimentData } from './data.ts'
import { openModel } from '../run/model-file.ts'
import { verifyCrops } from '../run/pair-validation.ts'
import { ownFlip } from '../run/train-data.ts'

const meanOf = (values: readonly number[]): number => (values.length === 0 ? NaN : mean(values))

/** Judges a model, its threshold chosen on the validation identities where there are any, and says what it is. */
export async function judgeModel(
  file: string,
  { sets, pairs, role }: Pick<ExperimentData, 'sets' | 'pairs' | 'role'>,
  options: { readonly threads: number; readonly signal: AbortSignal },
): Promise<{ readonly model: string; readonly verification: CellVerification }> {
  const { threads, signal } = options
  await using model = await openModel(file, { threads })
  const common = { flip: ownFlip, replicates: 0 }
  const chosen =
    role === 'validation' || sets.validationPairs === undefined
      ? undefined
      : thresholdFrom(
          (await verifyCrops(sets.validationPairs, model.embed, common, signal)).scored,
          'the validation identities',
        )
  const { result, scored, templates } = await verifyCrops(
    pairs,
    model.embed,
    { ...common, ...(chosen === undefined ? {} : { thresholdFrom: chosen }) },
    signal,
  )
  const owners = new Map<string, string>()
  identitiesOf(scored).forEach(([a, b], index) => {
    owners.set(scored[index]?.a ?? '', a)
    owners.set(scored[index]?.b ?? '', b)
  })
  const { within, between, nearest } = angleSample(
    templates,
    templates.names.map((name) => owners.get(name) ?? name),
  )
  const [accuracy] = pairOutcomes(scored, result)
  return {
    model: model.contract.id,
    verification: {
      result,
      right: Array.from(accuracy?.hits ?? [], (hit) => (hit === 1 ? '1' : '0')).join(''),
      angles: { within: meanOf(within), between: meanOf(between), nearest: meanOf(nearest) },
    },
  }
}
