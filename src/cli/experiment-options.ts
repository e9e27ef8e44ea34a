/** @file Options that the commands of experiments share. */
import { availableParallelism } from 'node:os'
import { UsageError } from '../base/errors.ts'
import { flagOf, flagOption, integerOption, type OptionSpecs, textOption } from '../base/option.ts'
import type { ExperimentRequest } from '../experiment/make-plan.ts'
import type { ExperimentPlan } from '../experiment/plan.ts'
import type { ConfigureInput } from '../train/configure.ts'
import type { PresetName } from '../train/presets.ts'
import type { Context, ExitCode } from './command.ts'
import { startOptions } from './start-options.ts'
import { readJson } from './config-file.ts'
import { jsonOption } from './options.ts'

/** What the commands of experiments have in common. */
export interface ExperimentOptions {
  readonly preset: PresetName
  readonly config: string
  readonly resume: string
  readonly seeds: number
  readonly reference: string
  readonly images: string
  readonly pairs: string
  readonly keepCheckpoints: boolean
  readonly out: string
  readonly json: boolean
}

/** Where the settings start from, and how an experiment is gone on with. */
export const experimentStart: OptionSpecs<Pick<ExperimentOptions, 'preset' | 'config' | 'resume'>> = {
  preset: startOptions.preset,
  config: startOptions.config,
  resume: textOption({
    group: 'Start from',
    value: 'folder',
    meaning:
      'go on with the experiment in a folder as it was begun; the same command with the same --out does so too',
  }),
}

/** What is repeated and what is reported on. */
export const experimentOptions: OptionSpecs<Omit<ExperimentOptions, 'preset' | 'config' | 'resume'>> = {
  seeds: integerOption({
    group: 'Experiment',
    meaning:
      'trainings of each row, with the seeds from --seed on; the people are divided the same way in all',
    min: 1,
    max: 100,
    default: '1',
  }),
  reference: textOption({
    group: 'Experiment',
    value: 'name',
    range: 'the name of a row',
    meaning: 'the row that the others are tested against',
    default: 'cosface where it is among them; of a sweep the smallest margin or the largest scale',
  }),
  images: textOption({
    group: 'Evaluation',
    value: 'folder',
    meaning: 'with --pairs: report on this list instead of on test people, its images in this folder',
    default: 'the test people',
  }),
  pairs: textOption({
    group: 'Evaluation',
    value: 'file',
    meaning:
      'a list of pairs (LFW’s format and others); no people are set aside for the test then unless --test says so',
    default: 'the test people',
  }),
  keepCheckpoints: flagOption({
    group: 'Output',
    meaning:
      'leave the checkpoints of finished trainings in place; each keeps its model, log and report in any case',
  }),
  out: textOption({
    group: 'Output',
    value: 'folder',
    meaning: 'the experiment’s folder',
    default: 'experiments/1, experiments/2, …',
  }),
  json: jsonOption,
}

/** What `configure` is told of preset, config file and folders. @throws UsageError without folders */
async function experimentInput(
  folders: readonly string[],
  { preset, config: file }: Partial<ExperimentOptions>,
): Promise<ConfigureInput> {
  if (folders.length === 0)
    throw new UsageError(
      'Expected at least one folder of faces, or --resume with the folder of an experiment, got neither',
    )
  return {
    folders,
    threads: availableParallelism(),
    ...(preset === undefined ? {} : { preset }),
    ...(file === undefined ? {} : { file: await readJson(file) }),
  }
}

/** Refuses what cannot stand beside --resume. @throws UsageError */
function refuseBesideResume(folders: readonly string[], given: Readonly<Record<string, unknown>>): void {
  const allowed = new Set(['resume', 'json', 'keepCheckpoints'])
  const names = Object.keys(given).filter((key) => given[key] !== undefined && !allowed.has(key))
  const extra = [...folders, ...names.map(flagOf)]
  if (extra.length === 0) return
  throw new UsageError(`--resume goes on with the experiment as it was begun; leave out ${extra.join(', ')}`)
}

/** The plan in a folder, for --resume. @throws UsageError where there is none, or it is another command's */
async function storedPlan(folder: string, kinds: readonly string[]): Promise<ExperimentPlan> {
  const { readExperimentPlan } = await import('../node/experiment/folder.ts')
  const plan = await readExperimentPlan(folder)
  if (!kinds.includes(plan.kind))
    throw new UsageError(
      `${folder} holds an experiment of cosface ${plan.kind === 'compare' ? 'compare' : 'sweep'}; go on with it by that command`,
    )
  return plan
}

/** The settings of all trainings, and what the experiment is told beside them. */
export interface AskedExperiment<T> {
  readonly settings: Omit<T, keyof ExperimentOptions>
  readonly input: ConfigureInput
  readonly request: ExperimentRequest
}

/** Begins an experiment as `planOf` says, or goes on with one of `kinds` by --resume. */
export async function runExperimentCommand<T extends Partial<ExperimentOptions>>(
  context: Context,
  command: 'compare' | 'sweep',
  folders: readonly string[],
  given: T,
  kinds: readonly ExperimentPlan['kind'][],
  planOf: (asked: AskedExperiment<T>) => ExperimentPlan,
): Promise<ExitCode> {
  const { showExperiment } = await import('./experiment.ts')
  const {
    preset,
    config,
    resume,
    out,
    json: _json,
    keepCheckpoints = false,
    seeds,
    reference,
    images,
    pairs,
    ...settings
  } = given
  if (resume !== undefined) {
    refuseBesideResume(folders, { ...given })
    return showExperiment(context, command, await storedPlan(resume, kinds), { out: resume, keepCheckpoints })
  }
  const plan = planOf({
    settings,
    input: await experimentInput(folders, {
      ...(preset === undefined ? {} : { preset }),
      ...(config === undefined ? {} : { config }),
    }),
    request: {
      ...(seeds === undefined ? {} : { seeds }),
      ...(reference === undefined ? {} : { reference }),
      ...(images === undefined ? {} : { images }),
      ...(pairs === undefined ? {} : { pairs }),
    },
  })
  const { lockNextFolder } = await import('../node/files/locked-folder.ts')
  await using next = out === undefined ? await lockNextFolder('experiments') : undefined
  return await showExperiment(context, command, plan, { out: next ?? out ?? '', keepCheckpoints })
}
