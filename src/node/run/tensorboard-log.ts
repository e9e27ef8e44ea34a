/** @file Writes a run's series as a TensorBoard event file beside its own log. */
import { appendFile, mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { scalarRecord, scalarsOf, versionRecord } from '../../report/tensorboard.ts'
import type { RunEvent } from './train-run.ts'

const now = (): number => (performance.timeOrigin + performance.now()) / 1000

/**
 * Passes the events on and writes their series to `<folder>/tensorboard`; a resumed run adds a file, as TensorBoard
 * expects. Nothing is made before training starts, so that a run that cannot begin leaves nothing.
 */
export async function* withTensorboard(
  events: AsyncIterable<RunEvent>,
  folder: string,
): AsyncGenerator<RunEvent, void> {
  let file: string | undefined
  let waiting: Uint8Array[] = []
  const flush = async (): Promise<void> => {
    if (file === undefined || waiting.length === 0) return
    const bytes = Buffer.concat(waiting)
    waiting = []
    await appendFile(file, bytes)
  }
  try {
    for await (const event of events) {
      if (event.kind === 'start') {
        const seconds = Math.floor(now())
        file = join(folder, 'tensorboard', `events.out.tfevents.${seconds}.${hostname()}`)
        await mkdir(dirname(file), { recursive: true })
        waiting.push(versionRecord(now()))
      } else if (event.kind !== 'progress' && event.kind !== 'finished') {
        const scalars = scalarsOf(event)
        if (scalars.length > 0 && 'iteration' in event)
          waiting.push(scalarRecord(scalars, event.iteration, now()))
        if (waiting.length >= 32 || event.kind === 'validation') await flush()
      }
      yield event
    }
  } finally {
    await flush()
  }
}
