/** @file Writes a run's series as a TensorBoard event file beside its own log. */
import { existsSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { scalarRecord, scalarsOf, startRecord, versionRecord } from '../../report/tensorboard.ts'
import type { TrainEvent } from '../../train/events.ts'
import type { LockedFolder } from '../files/locked-folder.ts'
import { readEvents, runPaths } from './run-folder.ts'
import type { RunEvent } from './train-run.ts'

const now = (): number => (performance.timeOrigin + performance.now()) / 1000

/** Somebody may be watching: seconds that steps wait to be written at most. */
const patience = 2

const folderOf = (run: string): string => join(run, 'tensorboard')

/** Whether a run has written event files. */
export function hasTensorboard(run: string): boolean {
  return existsSync(folderOf(run))
}

// TensorBoard reads the files of a run in the order of their names
const fileName = (): string => `events.out.tfevents.${Math.floor(now())}.${hostname()}.${process.pid}`

const recordsOf = (event: TrainEvent): Uint8Array[] => {
  const scalars = scalarsOf(event)
  return scalars.length > 0 && 'iteration' in event ? [scalarRecord(scalars, event.iteration, now())] : []
}

/**
 * How a file begins. A validation made at the very iteration that a run goes on from is not made again, but what was
 * written of that iteration no longer counts: it is told once more.
 */
async function beginning(run: string, start: TrainEvent & { readonly kind: 'start' }): Promise<Uint8Array[]> {
  const { iteration, resumed } = start
  const before = resumed ? await readEvents(runPaths(run)) : []
  const kept = before.filter((event) => event.kind === 'validation' && event.iteration === iteration)
  return [versionRecord(now()), startRecord(iteration, now()), ...kept.flatMap(recordsOf)]
}

/**
 * Passes the events on and writes their series to `<folder>/tensorboard`; a resumed run adds a file, as TensorBoard
 * expects. Nothing is made before training starts, so that a run that cannot begin leaves nothing.
 */
export async function* withTensorboard(
  events: AsyncIterable<RunEvent>,
  folder: LockedFolder,
): AsyncGenerator<RunEvent, void> {
  let file: string | undefined
  let waiting: Uint8Array[] = []
  let flushed = now()
  const flush = async (): Promise<void> => {
    flushed = now()
    if (file === undefined || waiting.length === 0) return
    const bytes = Buffer.concat(waiting)
    waiting = []
    await appendFile(file, bytes)
  }
  try {
    for await (const event of events) {
      if (event.kind === 'start') {
        file = folder.own(join(folderOf(folder.path), fileName()))
        await mkdir(dirname(file), { recursive: true })
        waiting.push(...(await beginning(folder.path, event)))
      } else if (event.kind !== 'progress' && event.kind !== 'finished') waiting.push(...recordsOf(event))
      // a run that is killed goes on from its last checkpoint: what led there has to be in the file
      if (event.kind !== 'step' || now() - flushed >= patience) await flush()
      yield event
    }
  } finally {
    await flush()
  }
}
