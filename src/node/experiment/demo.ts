/** @file The whole way in a few minutes: draw people (or take a folder), train, test on people kept apart, report, export. */
import { join } from 'node:path'
import { configure } from '../../train/configure.ts'
import { simpleBaselines } from './baselines.ts'
import { holdFolder, type LockedFolder } from '../files/locked-folder.ts'
import { checkNewRun } from '../run/run-folder.ts'
import { startRun, type RunEvent, type TrainRunOptions } from '../run/train-run.ts'
import { synthFolder } from '../faces/synth-folder.ts'
import { runToy } from './toy-run.ts'

export interface DemoOptions extends Pick<TrainRunOptions, 'openSession' | 'signal'> {
  /** A new or empty folder for everything. */
  readonly out: string | LockedFolder
  /** The user's own folder of identities; left out, people are drawn. */
  readonly folder?: string
  readonly seed: number
  readonly threads: number
}

/** What is drawn: enough people that those kept apart carry a test, few enough for a few minutes. */
export const drawn = { identities: 240, imagesPerIdentity: 16, size: { height: 112, width: 96 } } as const

/** Runs the demonstration. @throws UsageError, DataError as its parts; DataError where the folder cannot carry it */
export async function* demo(options: DemoOptions): AsyncGenerator<RunEvent, void> {
  const { folder, seed, threads, openSession, signal } = options
  if (typeof options.out === 'string') await checkNewRun(options.out)
  await using hold = await holdFolder(options.out)
  const { path: out, note } = hold.folder
  if (note !== undefined) yield { kind: 'note', level: 'info', text: note }
  await checkNewRun(out)
  const faces = folder ?? join(out, 'faces')
  if (folder === undefined) yield* draw(faces, seed, signal)
  const config = configure(
    { seed, threads, validation: 0.1, test: 0.2 },
    { folders: [faces], threads, preset: 'demo' },
  )
  let finished = false
  const events = startRun(config, {
    out: join(out, 'run'),
    openSession,
    signal,
    baselines: (known, classes) => simpleBaselines(known, classes, signal),
  })
  for await (const event of events) {
    finished ||= event.kind === 'finished'
    yield event
  }
  if (!finished) return
  yield { kind: 'progress', what: 'drawing what the losses do', done: 0, total: 1 }
  await runToy({
    out: toyFolder(out),
    figures: ['features', 'boundaries', 'geometry'],
    scale: 16,
    margin: 0.2,
    data: 'points',
    classes: 8,
    iterations: 400,
    seed,
    threads,
    png: false,
    openSession,
    signal,
  })
}

/** Where the figures of softmax, NSL and LMCL in two dimensions go. */
export function toyFolder(out: string): string {
  return join(out, 'toy')
}

async function* draw(folder: string, seed: number, signal: AbortSignal): AsyncGenerator<RunEvent, void> {
  let done = 0
  let wake = (): void => {}
  const work = synthFolder({
    folder,
    ...drawn,
    seed,
    signal,
    onProgress: (now) => {
      done = now
      wake()
    },
  })
  const ended = work.then(
    () => true,
    () => true,
  )
  let over = false
  while (!over) {
    const told = new Promise<boolean>((resolve) => (wake = () => resolve(false)))
    over = await Promise.race([ended, told])
    yield { kind: 'progress', what: 'drawing people', done, total: drawn.identities }
  }
  await work
}
