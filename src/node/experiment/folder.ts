/** @file An experiment's folder: its plan, a run folder and a result for each training, tables and figures. */
import { existsSync } from 'node:fs'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, FormatError, UsageError } from '../../base/errors.ts'
import type { CellResult } from '../../experiment/cell.ts'
import { type Cell, type ExperimentPlan, planDifferences } from '../../experiment/plan.ts'
import { isOwnEntry, ownPrefix } from '../files/draft.ts'
import { type LockedFolder, lockFolder } from '../files/locked-folder.ts'
import { removeRun, writeJson } from '../run/run-folder.ts'

/** What the data was when the experiment was begun. */
export interface DataMark {
  readonly identities: number
  readonly images: number
  /** Who is learned from, validated on and tested on, and the pairs reported on: fingerprints. */
  readonly train: string
  readonly validation: string
  readonly pairs: string
}

/** `plan.json`. */
export interface StoredPlan {
  readonly plan: ExperimentPlan
  readonly data: DataMark
}

/** The files of an experiment. */
export interface ExperimentPaths {
  readonly folder: string
  readonly plan: string
  readonly table: string
  readonly csv: string
  readonly report: string
  readonly figures: string
  run(cell: Cell): string
  result(cell: Cell): string
}

/** The paths of an experiment folder. */
export function experimentPaths(folder: string): ExperimentPaths {
  return {
    folder,
    plan: join(folder, 'plan.json'),
    table: join(folder, 'table.md'),
    csv: join(folder, 'results.csv'),
    report: join(folder, 'report.html'),
    figures: join(folder, 'figures'),
    run: ({ id }) => join(folder, 'runs', id),
    result: ({ id }) => join(folder, 'results', `${id}.json`),
  }
}

const readStored = async (file: string): Promise<unknown> => {
  const text = await readFile(file, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw new UsageError(`${file} cannot be read (${cause.message})`, { cause })
  })
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new FormatError(file, 'the content is no JSON (truncated or edited)', undefined, { cause })
  }
}

const isPlan = (value: unknown): value is StoredPlan => {
  if (typeof value !== 'object' || value === null || !('plan' in value) || !('data' in value)) return false
  const { plan } = value
  return (
    typeof plan === 'object' && plan !== null && 'schema' in plan && plan.schema === 'cosface-experiment/1'
  )
}

/** The plan in a folder; undefined where there is none. @throws FormatError where it is something else */
export async function readPlan({ plan: file }: ExperimentPaths): Promise<StoredPlan | undefined> {
  const stored = await readStored(file)
  if (stored === undefined) return undefined
  if (!isPlan(stored)) throw new FormatError(file, 'the content is no plan of an experiment')
  return stored
}

/**
 * The plan of the experiment in a folder, to go on with it.
 * @throws UsageError where there is none, FormatError where the plan is damaged
 */
export async function readExperimentPlan(folder: string): Promise<ExperimentPlan> {
  const stored = existsSync(folder) ? await readPlan(experimentPaths(folder)) : undefined
  if (stored === undefined) throw new UsageError(`There is no experiment at ${folder}`)
  return stored.plan
}

/** Whether something else than a killed experiment left this; earlier versions made empty folders before the plan. */
const isForeign = async (folder: string, entry: string): Promise<boolean> => {
  if (isOwnEntry(entry) || entry === 'plan.json.partial') return false
  if (!['runs', 'results', 'figures'].includes(entry)) return true
  const inside = await readdir(join(folder, entry)).catch(() => [entry])
  return inside.length > 0
}

/**
 * Checks that an experiment can be begun or gone on with in a folder.
 * @returns the plan that is there
 * @throws UsageError where another one is, or something else altogether
 */
export async function checkExperimentFolder(
  paths: ExperimentPaths,
  asked: ExperimentPlan,
): Promise<StoredPlan | undefined> {
  const stored = await readPlan(paths)
  if (stored === undefined) {
    const entries: readonly string[] = await readdir(paths.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new UsageError(`The experiment cannot be written to ${paths.folder} (${error.message})`, {
        cause: error,
      })
    })
    const foreign = await Promise.all(entries.map((entry) => isForeign(paths.folder, entry)))
    if (!foreign.includes(true)) return undefined
    throw new UsageError(`${paths.folder} is not empty and holds no experiment: choose another --out`)
  }
  const differences = planDifferences(stored.plan, asked)
  if (differences.length === 0) return stored
  const more = differences.length > 3 ? `, and ${differences.length - 3} more` : ''
  throw new UsageError(
    `${paths.folder} holds another experiment (${differences.slice(0, 3).join('; ')}${more}): choose another --out, or go on with it by --resume ${paths.folder}`,
  )
}

/** Writes the plan, or checks that the data is what it was. @throws DataError where it is not */
export async function settlePlan(
  folder: LockedFolder,
  stored: StoredPlan | undefined,
  now: StoredPlan,
): Promise<void> {
  // before anything else: without it nobody knows what the rest belongs to
  if (stored === undefined) return writeJson(folder, experimentPaths(folder.path).plan, now)
  const [difference] = planDifferences(stored.data, now.data)
  if (difference === undefined) return
  throw new DataError(
    `The folders no longer hold what the experiment in ${folder.path} was begun with (${difference}): its results would not compare`,
  )
}

const isResult = (value: unknown): value is CellResult =>
  typeof value === 'object' && value !== null && 'schema' in value && value.schema === 'cosface-cell/1'

/** The result of a training; undefined where it is not done. @throws FormatError where it is damaged */
export async function readResult(paths: ExperimentPaths, cell: Cell): Promise<CellResult | undefined> {
  const file = paths.result(cell)
  const stored = await readStored(file)
  if (stored === undefined) return undefined
  if (!isResult(stored)) throw new FormatError(file, 'the content is no result of a training')
  return stored
}

/** What the folder of a training allows: to go on with it, or to begin; what a kill left of its first moments is taken away. */
export async function runState(folder: LockedFolder): Promise<'resume' | 'begin'> {
  if ((await folder.entries()).includes('config.json')) return 'resume'
  await removeRun(folder)
  return 'begin'
}

/** Takes away the checkpoints of a run whose model is exported. */
export async function dropCheckpoints(run: string): Promise<void> {
  await using folder = await lockFolder(run)
  const checkpoints = folder.own(join(run, 'checkpoints'))
  // first their name: half of them must not look like a run to go on with
  if (existsSync(checkpoints)) {
    await removeDropped(run)
    await rename(checkpoints, droppedIn(run))
  }
  await removeDropped(run)
}

const droppedIn = (run: string): string => join(run, 'checkpoints.partial')

const removeDropped = (run: string): Promise<void> => rm(droppedIn(run), { recursive: true, force: true })

/** Takes away what a kill left in the folder of a training that is done: half-removed checkpoints, and the lock. */
export async function tidyDone(run: string): Promise<void> {
  const left = [droppedIn(run), join(run, `${ownPrefix}.lock`)]
  if (!left.some((path) => existsSync(path))) return
  // somebody may be at work on this training alone; then it is his to tidy
  const folder = await lockFolder(run).catch(() => undefined)
  if (folder === undefined) return
  await using _folder = folder
  await removeDropped(run)
}
