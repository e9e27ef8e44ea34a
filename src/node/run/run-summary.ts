/** @file What became of a run, from its folder alone: state, settings, loss, best validation and time. */
import { createReadStream } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { UsageError } from '../../base/errors.ts'
import { byCodePoint } from '../../base/names.ts'
import type { TrainConfig } from '../../train/config.ts'
import { storedConfig } from '../../train/configure.ts'
import type { TrainEvent } from '../../train/events.ts'
import { isFolderLocked } from '../files/locked-folder.ts'
import { runPaths } from './run-folder.ts'

/**
 * `running` while a process holds the folder; `finished`; `stopped` by Ctrl-C; `failed` by a number that is not finite;
 * `interrupted` where the process ended without a word; `begun` before its first step.
 */
export type RunState = 'running' | 'finished' | 'stopped' | 'failed' | 'interrupted' | 'begun'

export interface RunSummary {
  readonly run: string
  readonly state: RunState
  /** Iterations done, of how many. */
  readonly iteration: number
  readonly iterations: number
  /** Of the last iteration. */
  readonly loss?: number
  /** The best accuracy on the validation people, 0 to 1, and its iteration. */
  readonly bestAccuracy?: number
  readonly bestIteration?: number
  /** Seconds of training in all its parts. */
  readonly seconds: number
  readonly config: TrainConfig
  /** The sentences of the diagnosis. */
  readonly findings: readonly string[]
}

interface Told {
  lastStep: Extract<TrainEvent, { kind: 'step' }> | undefined
  last: TrainEvent | undefined
  best: Extract<TrainEvent, { kind: 'validation' }> | undefined
  start: Extract<TrainEvent, { kind: 'start' }> | undefined
  readonly findings: string[]
  seconds: number
}

const isEvent = (value: unknown): value is TrainEvent =>
  typeof value === 'object' && value !== null && 'kind' in value

/** Reads a log line by line; of a line that is damaged nothing is said here, `train --resume` says it. */
const readLog = async (file: string): Promise<Told> => {
  const told: Told = {
    lastStep: undefined,
    last: undefined,
    best: undefined,
    start: undefined,
    findings: [],
    seconds: 0,
  }
  if ((await stat(file).catch(() => undefined)) === undefined) return told
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    let event: unknown
    try {
      event = JSON.parse(line)
    } catch {
      continue
    }
    if (!isEvent(event)) continue
    told.last = event
    if (event.kind === 'step') {
      told.lastStep = event
      told.seconds += event.seconds
    } else if (event.kind === 'validation' && event.set === 'validation' && event.best) told.best = event
    else if (event.kind === 'start') told.start = event
    else if (event.kind === 'diagnosis') told.findings.push(event.text)
  }
  return told
}

const stateOf = async (folder: string, { last, lastStep }: Told): Promise<RunState> => {
  if (await isFolderLocked(folder)) return 'running'
  if (last?.kind === 'end') return 'finished'
  if (last?.kind === 'stopped') return last.reason === 'interrupted' ? 'stopped' : 'failed'
  return lastStep === undefined ? 'begun' : 'interrupted'
}

/** What became of the run in a folder. @throws UsageError where the folder is not one of a run */
export async function runSummary(folder: string): Promise<RunSummary> {
  const paths = runPaths(folder)
  const text = await readFile(paths.config, 'utf8').catch((cause: unknown) => {
    throw new UsageError(`${folder} is not a run folder: it has no config.json`, { cause })
  })
  let config: TrainConfig
  try {
    config = storedConfig(JSON.parse(text))
  } catch (cause) {
    throw new UsageError(`${paths.config} cannot be read: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
    })
  }
  const told = await readLog(paths.events)
  const { lastStep, best, start } = told
  return {
    run: folder,
    state: await stateOf(folder, told),
    iteration: lastStep === undefined ? 0 : lastStep.iteration + 1,
    iterations: start?.iterations ?? config.iterations,
    ...(lastStep === undefined ? {} : { loss: lastStep.metrics.loss }),
    ...(best === undefined ? {} : { bestAccuracy: best.result.accuracy, bestIteration: best.iteration }),
    seconds: told.seconds,
    config,
    findings: told.findings,
  }
}

/** The runs directly below a folder, by name; folders that hold no run are passed over. @throws UsageError without the folder */
export async function runsBelow(folder: string): Promise<readonly RunSummary[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new UsageError(`There is no folder ${folder}`, { cause })
  })
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
  const found: RunSummary[] = []
  for (const name of names.sort(byNumberThenName)) {
    const run = join(folder, name)
    if ((await stat(runPaths(run).config).catch(() => undefined)) !== undefined)
      found.push(await runSummary(run))
  }
  return found
}

/** 2 before 10, as runs are numbered. */
const byNumberThenName = (a: string, b: string): number => {
  const [first, second] = [Number(a), Number(b)]
  return Number.isInteger(first) && Number.isInteger(second) ? first - second : byCodePoint(a, b)
}

/** Settings in which two configurations differ, by path, with both values as JSON. */
export function configDifferences(
  first: TrainConfig,
  second: TrainConfig,
): readonly { readonly setting: string; readonly first: string; readonly second: string }[] {
  const [a, b] = [flat(first), flat(second)]
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => a.get(key) !== b.get(key))
    .map((setting) => ({ setting, first: a.get(setting) ?? '', second: b.get(setting) ?? '' }))
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const flat = (value: object, path = '', into = new Map<string, string>()): Map<string, string> => {
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value)
  for (const [key, one] of entries) {
    const at = path === '' ? key : `${path}.${key}`
    if (isObject(one)) flat(one, at, into)
    else into.set(at, JSON.stringify(one))
  }
  return into
}
