/** @file What an experiment shows: its table as Markdown and CSV, its figures, its page. */
import { cpus } from 'node:os'
import { join } from 'node:path'
import { withCommas } from '../../base/words.ts'
import { csvCell } from '../../data/check/table.ts'
import type { CellResult } from '../../experiment/cell.ts'
import { testedSentence } from '../../experiment/paired.ts'
import type { ExperimentPlan } from '../../experiment/plan.ts'
import { carriedFar, experimentRows } from '../../experiment/summary.ts'
import { marginUpperBound, scaleLowerBound } from '../../loss/bounds.ts'
import type { ExperimentContents } from '../../report/experiment-contents.ts'
import { lossInWords } from '../../report/loss-words.ts'
import { experimentMarkdown } from '../../report/experiment-text.ts'
import { experimentFigures } from '../../report/experiment-figures.ts'
import { experimentPage } from '../../report/experiment-page.ts'
import { openDrawing } from '../../plot/drawing.ts'
import { short } from '../../plot/format.ts'
import { standalone } from '../../plot/palette.ts'
import { imageKindOf } from '../faces/drawn-folder.ts'
import type { ExperimentData } from './data.ts'
import { experimentPaths } from './folder.ts'
import type { LockedFolder } from '../files/locked-folder.ts'

const titles: Readonly<Record<ExperimentPlan['kind'], string>> = {
  compare: 'Losses compared',
  sweep: 'One setting swept',
  normalisation: 'Feature normalisation off and on',
}

const roles: Readonly<Record<ExperimentData['role'], string>> = {
  list: 'the list',
  test: 'the test identities',
  validation: 'the validation identities, which also chose the checkpoints and so flatter every row',
}

const boundOf = (
  plan: ExperimentPlan,
  classes: number,
): NonNullable<ExperimentContents['sweep']>['bound'] => {
  const { sweep, posterior, config } = plan
  if (sweep?.parameter === 'scale') {
    const at = scaleLowerBound(classes, posterior)
    return { at, label: `Eq 6, P = ${posterior}: s ≥ ${short(at)}` }
  }
  if (sweep?.option !== 'margin' || classes < 2) return undefined
  const { largest } = marginUpperBound(classes, config.embeddingSize)
  return { at: largest, label: `Eq 7: m ≤ ${short(largest)}` }
}

/** Puts the results together. */
export function experimentContents(
  plan: ExperimentPlan,
  data: Pick<ExperimentData, 'owners' | 'pairs' | 'role' | 'mark' | 'sets'>,
  results: readonly CellResult[],
): ExperimentContents {
  const { config, seeds, variants, sweep } = plan
  const { mark, role, pairs } = data
  const rows = experimentRows(plan, results, data.owners)
  const same = pairs.pairs.pairs.filter((pair) => pair.same).length
  const differences = rows.filter(({ difference }) => difference !== undefined).length
  const reference = variants.find(({ id }) => id === plan.reference)?.name ?? plan.reference
  const isUntested = rows.some(
    ({ isReference, accuracy, done, planned }) => isReference && accuracy === undefined && done === planned,
  )
  const far = carriedFar(results)
  const bound = boundOf(plan, mark.identities)
  const { data: sources } = config
  return {
    kind: plan.kind,
    title: sweep === undefined ? titles[plan.kind] : `The ${sweep.parameter} swept`,
    images: imageKindOf(sources.folders),
    rows,
    reference,
    seeds,
    judgedOn: `Reported on ${plan.list === undefined ? roles[role] : plan.list.pairs}: ${withCommas(same)} pairs of the same person and ${withCommas(pairs.pairs.pairs.length - same)} of different people, the same for every row, each model's ${data.sets.validationPairs === undefined ? 'last checkpoint' : 'best checkpoint by the validation identities'}, once.`,
    threshold:
      role === 'validation' || data.sets.validationPairs === undefined
        ? 'The threshold of each fold is chosen on the others.'
        : 'The threshold is chosen on the validation identities.',
    ...(far === undefined ? {} : { far }),
    ...(differences === 0
      ? {}
      : { tested: `Differences are to ${reference}. ${testedSentence(differences, seeds.length)}` }),
    ...(sweep === undefined ? {} : { sweep: { ...sweep, ...(bound === undefined ? {} : { bound }) } }),
    notes: isUntested
      ? [`${reference} came to no result, so no row is tested against it; --reference names another.`]
      : [],
    settings: [
      [
        'learned from',
        `${withCommas(mark.identities)} people, ${withCommas(mark.images)} images (${sources.folders.join(', ')})`,
      ],
      [
        'network',
        `${config.backbone}, ${config.embeddingSize} numbers, input ${config.size.height}x${config.size.width}`,
      ],
      [
        'budget',
        `${withCommas(results[0]?.iterations ?? config.iterations)} iterations of ${config.batch} images`,
      ],
      ['preset', config.preset ?? 'none'],
      ['seeds', `${seeds.join(', ')}; people divided by ${config.data.splitSeed ?? config.seed}`],
      ['options of the losses', variants.map(({ loss }) => lossInWords(loss)).join('; ')],
      ['processor', `${cpus()[0]?.model.trim() ?? process.arch}, ${config.threads} threads`],
    ],
  }
}

/** What is not finite is stored as null. */
const cell = (value: string | number | null | undefined): string =>
  value === undefined || value === null || Number.isNaN(value) ? '' : csvCell(String(value))

/** One line a training, every figure with all its digits. */
const csv = (plan: ExperimentPlan, results: readonly CellResult[], far: number | undefined): string => {
  const head = [
    'variant',
    'value',
    'seed',
    'converged',
    'accuracy',
    'auc',
    'eer',
    'tar',
    'far',
    'threshold',
    'within_degrees',
    'between_degrees',
    'nearest_degrees',
    'last_loss',
    'iterations',
    'seconds',
    'model',
    'reason',
  ]
  const lines = results.map((cell) => {
    const { result, angles } = cell.verification ?? {}
    const variant = plan.variants.find(({ id }) => id === cell.variant)
    return [
      variant?.name,
      variant?.value,
      cell.seed,
      cell.convergence.kind,
      result?.accuracy,
      result?.auc,
      result?.eer,
      result?.tarAtFar.find((point) => point.far === far)?.tar,
      far,
      result?.threshold,
      angles?.within,
      angles?.between,
      angles?.nearest,
      cell.lastLoss,
      cell.iterations,
      cell.seconds,
      cell.model,
      cell.convergence.kind === 'converged' ? undefined : cell.convergence.reason,
    ]
  })
  return [head, ...lines].map((line) => `${line.map(cell).join(',')}\n`).join('')
}

/** Writes everything an experiment shows, each file whole or not at all. @returns the files */
export async function writeExperiment(
  folder: LockedFolder,
  contents: ExperimentContents,
  plan: ExperimentPlan,
  results: readonly CellResult[],
): Promise<readonly string[]> {
  const paths = experimentPaths(folder.path)
  await folder.replace(paths.table, experimentMarkdown(contents))
  await folder.replace(paths.csv, csv(plan, results, contents.far))
  const figures = experimentFigures(await openDrawing(), contents)
  const files: string[] = []
  for (const { name, svg } of figures) {
    const file = join(paths.figures, `${name}.svg`)
    await folder.replace(file, standalone(svg))
    files.push(file)
  }
  await folder.replace(paths.report, experimentPage(contents, figures))
  return [paths.table, paths.csv, paths.report, ...files]
}
