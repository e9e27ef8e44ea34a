/** @file From finished trainings to the rows of the table. */
import { mean, standardDeviation } from '../tensor/statistics.ts'
import type { ExperimentRow, OverSeeds } from '../report/experiment-contents.ts'
import type { CellResult, CellVerification } from './cell.ts'
import { corrected, pairedTest, type JudgedSeed, type PairOwners } from './paired.ts'
import type { ExperimentPlan } from './plan.ts'

const over = (values: readonly (number | undefined)[]): OverSeeds | undefined => {
  const known = values.flatMap((value) => (value === undefined || !Number.isFinite(value) ? [] : [value]))
  if (known.length === 0) return undefined
  return {
    mean: mean(known),
    ...(known.length < 2 ? {} : { deviation: standardDeviation(known, 1) }),
    values: known,
  }
}

/** The lowest FAR that the pairs of every finished training carry. */
export function carriedFar(cells: readonly CellResult[]): number | undefined {
  const carried = cells.flatMap(({ verification }) =>
    verification === undefined
      ? []
      : [verification.result.tarAtFar.filter(({ tar }) => tar !== undefined).map(({ far }) => far)],
  )
  const [first = []] = carried
  const common = first.filter((far) => carried.every((fars) => fars.includes(far)))
  return common.length === 0 ? undefined : Math.min(...common)
}

const judged = (cells: readonly CellResult[]): JudgedSeed[] =>
  cells
    .flatMap(({ seed, verification }) =>
      verification === undefined
        ? []
        : [{ seed, accuracy: verification.result.accuracy, right: verification.right }],
    )
    .sort((a, b) => a.seed - b.seed)

/** The rows in the order of the plan; those without a finished training say so. */
export function experimentRows(
  plan: Pick<ExperimentPlan, 'variants' | 'seeds' | 'reference' | 'config'>,
  cells: readonly CellResult[],
  owners: PairOwners,
): readonly ExperimentRow[] {
  const of = (variant: string): CellResult[] => cells.filter((cell) => cell.variant === variant)
  const far = carriedFar(cells)
  const reference = judged(of(plan.reference))
  const tests = corrected(
    plan.variants.map(({ id }) =>
      id === plan.reference
        ? undefined
        : pairedTest(reference, judged(of(id)), owners, plan.config.data.splitSeed ?? 0),
    ),
  )
  return plan.variants.map(({ id, name, value }, at) => {
    const own = of(id)
    const verified = own.flatMap(({ verification }) => (verification === undefined ? [] : [verification]))
    const figure = (key: string, read: (one: CellVerification) => number | undefined): object => {
      const found = over(verified.map(read))
      return found === undefined ? {} : { [key]: found }
    }
    const told = (key: string, read: (one: CellResult) => number | undefined): object => {
      const found = over(own.map(read))
      return found === undefined ? {} : { [key]: found }
    }
    const difference = tests[at]
    return {
      id,
      name,
      ...(value === undefined ? {} : { value }),
      done: own.length,
      planned: plan.seeds.length,
      isReference: id === plan.reference,
      ...figure('accuracy', ({ result }) => result.accuracy),
      ...figure('auc', ({ result }) => result.auc),
      ...figure('eer', ({ result }) => result.eer),
      ...figure('tar', ({ result }) => result.tarAtFar.find((point) => point.far === far)?.tar),
      ...figure('within', ({ angles }) => angles.within),
      ...figure('between', ({ angles }) => angles.between),
      ...figure('nearest', ({ angles }) => angles.nearest),
      ...told('lastLoss', ({ lastLoss }) => lastLoss),
      ...told('seconds', ({ seconds }) => seconds),
      troubles: own.flatMap(({ seed, convergence }) =>
        convergence.kind === 'converged'
          ? []
          : [{ seed, kind: convergence.kind, reason: convergence.reason }],
      ),
      ...(difference === undefined ? {} : { difference }),
      curves: own.map(({ seed, curves }) => ({ seed, ...curves })),
    }
  })
}
