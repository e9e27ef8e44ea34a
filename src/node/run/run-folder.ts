/** @file A run folder: where its parts lie, its log of events, and how a run is begun or taken up. */
import { appendFile, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { FormatError, UsageError } from '../../base/errors.ts'
import { given } from '../../base/given.ts'
import type { TrainEvent } from '../../train/events.ts'
import { isOwnEntry } from '../files/draft.ts'
import type { LockedFolder } from '../files/locked-folder.ts'

/** The files of a run. */
export interface RunPaths {
  readonly folder: string
  readonly config: string
  /** Who is trained on, chosen by and reported on. */
  readonly split: string
  /** Hashes of the people and images it learns from or is chosen by. */
  readonly seen: string
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
    seen: join(folder, 'seen.json'),
    initial: join(folder, 'initial.safetensors'),
    events: join(folder, 'events.jsonl'),
    plan: join(folder, 'plan.txt'),
    model: join(folder, 'model.onnx'),
    report: join(folder, 'report.html'),
    evaluation: join(folder, 'evaluation.json'),
  }
}

/** Checks that there is a folder to look for a run in. @throws UsageError */
export async function checkRunFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() !== true) throw new UsageError(`There is no folder of a run at ${folder}`)
}

/** What a run writes, in the order in which it is removed: while its configuration is there, the run can be begun again. */
const runEntries = [
  'report.html',
  'evaluation.json',
  'model.onnx',
  'tensorboard',
  'checkpoints',
  'plan.txt',
  'seen.json',
  'events.jsonl',
  'split.json',
  'config.json',
  'initial.safetensors',
]

/** What a run writes before its configuration. */
const beforeConfig = ['initial.safetensors', 'seen.json']

/** Checks that a new run can begin in a folder. @throws UsageError where something is in it already */
export async function checkNewRun(folder: string): Promise<void> {
  const all: readonly string[] = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw new UsageError(`The run cannot be written to ${folder} (${error.message})`, { cause: error })
  })
  const entries = all.filter((entry) => !isOwnEntry(entry))
  // a lock is there: whether its run was begun is seen by whoever takes it over
  if (entries.length < all.length && entries.every((entry) => beforeConfig.includes(entry))) return
  expectEmpty(folder, entries)
}

const expectEmpty = (folder: string, entries: readonly string[]): void => {
  if (entries.length === 0) return
  const isBegun = entries.includes('checkpoints') || entries.includes('config.json')
  const begun = isBegun ? `go on with the run in it by --resume ${folder}, or ` : ''
  throw new UsageError(`${folder} is not empty: ${begun}choose another --out`)
}

/** Makes ready the folder of a new run. @throws UsageError where something is in it already */
export async function clearForNewRun(folder: LockedFolder): Promise<void> {
  const entries = await folder.entries()
  // killed before the configuration was written, nothing was begun
  const isUnbegun = entries.every((entry) => beforeConfig.includes(entry))
  if (folder.note !== undefined && isUnbegun) await removeRun(folder)
  expectEmpty(folder.path, await folder.entries())
}

/** Takes away what a run has written into a folder that was new or empty; what others put there meanwhile stays. */
export async function removeRun(folder: LockedFolder): Promise<void> {
  const others = folder.written.filter((entry) => !runEntries.includes(entry))
  for (const entry of [...others, ...runEntries])
    await rm(folder.own(join(folder.path, entry)), { recursive: true, force: true })
}

/** Stores a value as readable JSON. */
export async function writeJson(folder: LockedFolder, file: string, value: unknown): Promise<void> {
  await folder.replace(file, `${JSON.stringify(value, null, 2)}\n`)
}

const iterationOf = (event: TrainEvent): number => ('iteration' in event ? event.iteration : -1)

const isEvent = (value: unknown): value is TrainEvent =>
  typeof value === 'object' && value !== null && 'kind' in value

const eventsIn = (lines: readonly string[], file: string): TrainEvent[] =>
  lines.map((line, index) => {
    try {
      const parsed: unknown = JSON.parse(line)
      if (isEvent(parsed)) return parsed
    } catch (error) {
      throw new FormatError(file, `line ${index + 1} is no JSON`, undefined, { cause: error })
    }
    throw new FormatError(file, `line ${index + 1} is no event`)
  })

/** The events of a run so far; a last line that a crash cut off is left out. @throws FormatError on any other damage */
export async function readEvents(paths: RunPaths): Promise<TrainEvent[]> {
  const text = await readFile(paths.events, 'utf8').catch(() => '')
  // what follows the last line end was being written when the run was killed
  return eventsIn(text.split('\n').slice(0, -1), paths.events)
}

/** Appends events to the log; lines are gathered so that a fast run does not write a thousand times a second. */
export interface EventLog extends AsyncDisposable {
  readonly events: readonly TrainEvent[]
  /** What it lacks of what came before the checkpoint that is gone on from, in a sentence. */
  readonly missing?: string
  append(event: TrainEvent): Promise<void>
  /** Writes what is gathered: a checkpoint is gone on from with the log before it, which has to be there first. */
  flush(): Promise<void>
}

const gathered = 32

/** The iteration that a log reaches: steps count from 0. */
const reachOf = (events: readonly TrainEvent[]): number =>
  1 +
  Math.max(-1, ...events.slice(-gathered * 4).map((event) => (event.kind === 'step' ? event.iteration : -1)))

/** What is missing in the log of a run that goes on from `iteration`, in a sentence. */
const missingIn = (events: readonly TrainEvent[], iteration: number, file: string): string | undefined => {
  const reach = reachOf(events)
  if (reach >= iteration) return undefined
  const from = reach === 0 ? 'holds no iteration' : `ends at iteration ${reach}`
  return `${file} ${from}, but the checkpoint is of iteration ${iteration}: curves and report lack what lies between; the training itself goes on whole`
}

/**
 * Opens the log; what was logged after iteration `keepBefore` is dropped, since that part is run again. A log that is kept
 * whole is appended to; any other is replaced whole.
 */
export async function openEventLog(folder: LockedFolder, keepBefore?: number): Promise<EventLog> {
  const paths = runPaths(folder.path)
  const file = folder.own(paths.events)
  const text = keepBefore === undefined ? '' : await readFile(file, 'utf8').catch(() => '')
  const lines = text.split('\n')
  const before = eventsIn(lines.slice(0, -1), file)
  const from = keepBefore ?? 0
  // steps count from 0; a validation says how many were done, and is not made again when going on from there
  const events = before.filter(
    (event) =>
      event.kind !== 'end' &&
      (iterationOf(event) < from || (event.kind === 'validation' && event.iteration === from)),
  )
  if (keepBefore === undefined || events.length < before.length || lines.at(-1) !== '')
    await folder.replace(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  const missing = missingIn(events, from, file)
  let waiting: string[] = []
  const flush = async (): Promise<void> => {
    const some = waiting.join('')
    waiting = []
    if (some !== '') await appendFile(file, some)
  }
  return {
    events,
    ...given({ missing }),
    append: async (event) => {
      events.push(event)
      waiting.push(`${JSON.stringify(event)}\n`)
      if (event.kind !== 'step' || waiting.length >= gathered) await flush()
    },
    flush,
    [Symbol.asyncDispose]: flush,
  }
}
