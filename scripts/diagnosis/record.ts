/**
 * @file Records the runs of runs.ts, one thread each: npm run diagnose:record [-- part of a name …]
 * Without a name every run is recorded anew.
 */
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { random } from '../../src/base/random.ts'
import { synthFolder } from '../../src/node/faces/synth-folder.ts'
import { startRun } from '../../src/node/run/train-run.ts'
import { openSession } from '../../src/node/session/open-session.ts'
import { configure } from '../../src/train/configure.ts'
import type { StepMetrics, TrainEvent } from '../../src/train/events.ts'
import { replay, recordFolder, type RunRecord } from './replay.ts'
import { diagnosedRuns, shortSettings, type DiagnosedRun } from './runs.ts'

const signal = new AbortController().signal

/** Deals the images of a folder out among its people by chance. */
async function shuffle(from: string, to: string): Promise<void> {
  const people = (await readdir(from, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const names = people.map(({ name }) => name).sort()
  const images: string[] = []
  for (const name of names)
    for (const file of (await readdir(join(from, name))).sort()) images.push(join(from, name, file))
  const order = random(9, 'shuffled', 0)
  for (let left = images.length - 1; left > 0; left--) {
    const other = order.integer(left + 1)
    const [a = '', b = ''] = [images[left], images[other]]
    images[left] = b
    images[other] = a
  }
  for (const [at, image] of images.entries()) {
    const person = join(to, names[at % names.length] ?? '')
    await mkdir(person, { recursive: true })
    await cp(image, join(person, `${at}.jpg`))
  }
}

/** Three digits are more than the diagnosis needs. */
const short = (value: number): number => Number(value.toPrecision(3))

/** Trains once. */
async function trained({ settings, preset }: DiagnosedRun, folder: string, out: string): Promise<RunRecord> {
  const config = configure({ ...shortSettings, ...settings }, { folders: [folder], threads: 1, preset })
  const steps: StepMetrics[] = []
  let start: Extract<TrainEvent, { kind: 'start' }> | undefined
  for await (const event of startRun(config, { out, openSession: (spec) => openSession(spec), signal })) {
    if (event.kind === 'start') start = event
    if (event.kind === 'step') steps.push(event.metrics)
    if (event.kind === 'stopped') console.log(`  ${event.text}`)
    if (event.kind === 'end') break
  }
  await rm(out, { recursive: true, force: true })
  if (start === undefined) throw new Error(`${out} did not start`)
  const column = (name: keyof StepMetrics): number[] => steps.map((metrics) => short(metrics[name]))
  return {
    config: { ...start.config, data: { ...start.config.data, folders: [] } },
    data: start.data,
    steps: {
      loss: column('loss'),
      ownCosine: column('ownCosine'),
      nearestCosine: column('nearestCosine'),
      winShare: column('winShare'),
      embeddingNorm: column('embeddingNorm'),
      gradientNorm: column('gradientNorm'),
    },
  }
}

/** Trains, and says what the diagnosis says. */
async function record(run: DiagnosedRun, folders: Folders, out: string): Promise<RunRecord> {
  const recorded = await trained(run, await folders(run), out)
  for (const { iteration, signature, text } of replay(recorded))
    console.log(`  ${iteration} ${signature}: ${text}`)
  return recorded
}

type Folders = (run: DiagnosedRun) => Promise<string>

/** Draws each folder when it is first asked for. */
function foldersIn(root: string): Folders {
  const made = new Map<string, Promise<string>>()
  const once = (name: string, make: (folder: string) => Promise<unknown>): Promise<string> => {
    const folder = join(root, name)
    const known = made.get(name) ?? make(folder).then(() => folder)
    made.set(name, known)
    return known
  }
  return ({ people, isShuffled }) => {
    const drawn = once(`drawn-${people}`, (folder) =>
      synthFolder({ folder, identities: people, imagesPerIdentity: 8, seed: 3, signal }),
    )
    return isShuffled ? once(`shuffled-${people}`, async (folder) => shuffle(await drawn, folder)) : drawn
  }
}

const root = await mkdtemp(join(tmpdir(), 'cosface-diagnosis-'))
try {
  const folders = foldersIn(root)
  const wanted = process.argv.slice(2)
  await mkdir(recordFolder, { recursive: true })
  const left = diagnosedRuns.filter(
    ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)),
  )
  console.log(`${left.length} runs`)
  for (const run of left) {
    console.log(run.name)
    const content = JSON.stringify(await record(run, folders, join(root, run.name)))
    await writeFile(join(recordFolder, `${run.name}.json`), `${content}\n`)
  }
} finally {
  await rm(root, { recursive: true, force: true })
}
