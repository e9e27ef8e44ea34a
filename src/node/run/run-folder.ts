/** @file A run folder: where its parts lie, its log of events, and how a run is begun or taken up. */
import { appendFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError, UsageError } from '../../base/errors.ts'
import type { TrainEvent } from '../../train/events.ts'
import { replaceFile } from '../files/replace-file.ts'

/** The files of a run. */
export interface RunPaths {
  readonly folder: string
  readonly config: string
  /** Who is trained on, chosen by and reported on. */
  readonly split: string
  /** The weights it started from, where they were given and not drawn. */
  readonly initial: string
  readonly events: string
  /** Which lowering each operation takes, as text. */
  readonly plan: string
  readonly model: string
  readonly report: string
  readonly evaluation: string
}

/** The paths of a run folder. */
export function runPaths(folder: string): RunPaths {
  return {
    folder,
    config: join(folder, 'config.json'),
    split: join(folder, 'split.json'),
    initial: join(folder, 'initial.safetensors'),
    events: join(folder, 'events.jsonl'),
    plan: join(folder, 'plan.txt'),
    model: join(folder, 'model.onnx'),
    report: join(folder, 'report.html'),
    evaluation: join(folder, 'evaluation.json'),
  }
}

/** The first of `runs/1`, `runs/2`, … that does not exist yet. */
export async function nextRunFolder(parent = 'runs'): Promise<string> {
  const taken = new Set(await readdir(parent).catch(() => []))
  let number = 1
  while (taken.has(String(number))) number++
  return join(parent, String(number))
}

/** Checks that there is a folder to look for a run in. @throws UsageError */
export async function checkRunFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() !== true) throw new UsageError(`There is no run folder at ${folder}`)
}

/** Checks that a new run can begin in a folder. @throws UsageError where something is in it already */
export async function checkNewRun(folder: string): Promise<void> {
  const entries: readonly string[] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new UsageError(`The run cannot be written to ${folder} (${error.message})`, { cause: error })
  })
  if (entries.length === 0) return
  const begun = entries.includes('checkpoints') ? `go on with the run in it by --resume ${folder}, or ` : ''
  throw new UsageError(`${folder} is not empty: ${begun}choose another --out`)
}

/** Makes the folder of a new run. @throws UsageError where something is in it already */
export async function createRunFolder(folder: string): Promise<RunPaths> {
  await checkNewRun(folder)
  await mkdir(folder, { recursive: true })
  return runPaths(folder)
}

/** Takes away what a run has written into a folder that was new or empty. */
export async function removeRun(folder: string, existed: boolean): Promise<void> {
  const entries = existed ? (await readdir(folder)).map((entry) => join(folder, entry)) : [folder]
  for (const entry of entries) await rm(entry, { recursive: true, force: true })
}

/** Stores a value as readable JSON. */
export async function writeJson(file: string, value: unknown): Promise<void> {
  await replaceFile(file, `${JSON.stringify(value, null, 2)}\n`)
}

const iterationOf = (event: TrainEvent): number => ('iteration' in event ? event.iteration : -1)

const isEvent = (value: unknown): value is TrainEvent =>
  typeof value === 'object' && value !== null && 'kind' in value

/** The events of a run so far; a last line that a crash cut off is left out. @throws FormatError on any other damage */
export async function readEvents(paths: RunPaths): Promise<TrainEvent[]> {
  const text = await readFile(paths.events, 'utf8').catch(() => '')
  const lines = text.split('\n')
  // what follows the last line end was being written when the run was killed
  return lines.slice(0, -1).map((line, index) => {
    try {
      const parsed: unknown = JSON.parse(line)
      if (isEvent(parsed)) return parsed
    } catch (error) {
      throw new FormatError(paths.events, `line ${index + 1} is no JSON`, undefined, { cause: error })
    }
    throw new FormatError(paths.events, `line ${index + 1} is no event`)
  })
}

/** Appends events to the log; lines are gathered so that a fast run does not write a thousand times a second. */
export interface EventLog extends AsyncDisposable {
  readonly events: readonly TrainEvent[]
  append(event: TrainEvent): Promise<void>
  /** Writes what is gathered: a checkpoint is gone on from with the log before it, which has to be there first. */
  flush(): Promise<void>
}

const gathered = 32

/** Opens the log; what was logged after iteration `keepBefore` is dropped, since that part is run again. */
export async function openEventLog(paths: RunPaths, keepBefore?: number): Promise<EventLog> {
  const before = keepBefore === undefined ? [] : await readEvents(paths)
  const from = keepBefore ?? 0
  // steps count from 0; a validation says how many were done, and is not made again when going on from there
  const events = before.filter(
    (event) =>
      event.kind !== 'end' &&
      (iterationOf(event) < from || (event.kind === 'validation' && event.iteration === from)),
  )
  await writeFile(paths.events, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  let waiting: string[] = []
  const flush = async (): Promise<void> => {
    const lines = waiting.join('')
    waiting = []
    if (lines !== '') await appendFile(paths.events, lines)
  }
  return {
    events,
    append: async (event) => {
      events.push(event)
      waiting.push(`${JSON.stringify(event)}\n`)
      if (event.kind !== 'step' || waiting.length >= gathered) await flush()
    },
    flush,
    [Symbol.asyncDispose]: flush,
  }
}
