/**
 * @file Changes the program in small ways, drawn by a seed, and runs the related tests for each: what nobody notices has no
 * test. `npm run mutate -- --mutants 100 --seed 1 --folder src/loss`; results are kept in .cache/mutate and gone on with.
 */
import { execFileSync, fork, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { random } from '../../src/base/random.ts'
import type { Outcome, Task } from './bench.ts'
import { mutantsOf, mutated, type Mutant } from './mutants.ts'
import { relatedTests } from './related.ts'

const usual = ['src/loss', 'src/optim', 'src/train', 'src/evaluate', 'src/data']

const { values } = parseArgs({
  options: {
    mutants: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    folder: { type: 'string', multiple: true, default: usual },
    /** Related test files run for a mutant at most. */
    tests: { type: 'string', default: '6' },
    /** Seconds a mutant may take; one that takes longer counts as noticed. */
    limit: { type: 'string', default: '120' },
    /** Tries those again that nobody noticed. */
    again: { type: 'boolean', default: false },
  },
})
const [wanted, seed, most, limit] = [values.mutants, values.seed, values.tests, values.limit].map(Number)
if (![wanted, seed, most, limit].every(Number.isInteger))
  throw new Error('--mutants, --seed, --tests and --limit must be whole numbers')

const root = fileURLToPath(new URL('../../../', import.meta.url))
const home = path.join(root, '.cache', 'mutate')
const copy = path.join(home, 'copy')
const log = path.join(home, 'results.jsonl')

interface Result extends Mutant {
  readonly id: string
  readonly outcome: 'killed' | 'timed out' | 'survived' | 'untested'
  readonly by?: string
}

/** The tracked and new files of the repository, in a folder of its own: nothing outside it is written. */
const makeCopy = (): void => {
  rmSync(copy, { recursive: true, force: true })
  mkdirSync(copy, { recursive: true })
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  for (const file of listed.split('\n').filter((name) => name !== '' && existsSync(path.join(root, name))))
    cpSync(path.join(root, file), path.join(copy, file))
  for (const shared of ['node_modules', 'dist'])
    if (existsSync(path.join(root, shared))) symlinkSync(path.join(root, shared), path.join(copy, shared))
}

const shuffled = <T>(list: readonly T[], key: string): T[] => {
  const stream = random(seed ?? 1, 'mutants', key)
  const result = [...list]
  for (let i = result.length - 1; i > 0; i--) {
    const j = stream.integer(i + 1)
    const [a, b] = [result[i], result[j]]
    if (a !== undefined && b !== undefined) [result[i], result[j]] = [b, a]
  }
  return result
}

const sources = (folder: string): string[] =>
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', folder], { cwd: root, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .toSorted()

/** As many as are wanted, a turn for each folder. */
const drawn = (): Mutant[] => {
  const piles = values.folder.map((folder) =>
    shuffled(
      sources(folder).flatMap((file) => mutantsOf(file, readFileSync(path.join(root, file), 'utf8'))),
      folder,
    ),
  )
  const result: Mutant[] = []
  while (result.length < (wanted ?? 0) && piles.some((pile) => pile.length > 0))
    for (const pile of piles) {
      const next = pile.pop()
      if (next !== undefined && result.length < (wanted ?? 0)) result.push(next)
    }
  return result
}

class Bench {
  #child: ChildProcess | undefined

  async run(task: Task, seconds: number): Promise<Outcome | 'timed out'> {
    const child = (this.#child ??= await this.#start())
    return new Promise((resolve) => {
      const end = (outcome: Outcome | 'timed out'): void => {
        clearTimeout(timer)
        child.removeAllListeners('message').removeAllListeners('exit')
        resolve(outcome)
      }
      const timer = setTimeout(() => {
        this.stop()
        end('timed out')
      }, seconds * 1000)
      child.once('message', (outcome: Outcome) => end(outcome))
      child.once('exit', () => {
        this.#child = undefined
        end({ failed: 'the test process ended' })
      })
      child.send(task)
    })
  }

  /** With what it started: a test in an endless loop ends by no other way. */
  stop(): void {
    const pid = this.#child?.pid
    this.#child = undefined
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  }

  async #start(): Promise<ChildProcess> {
    const script = fileURLToPath(new URL('bench.js', import.meta.url))
    const child = fork(script, [], {
      cwd: copy,
      detached: true,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    await new Promise((resolve, reject) => {
      child.once('message', resolve)
      child.once('exit', () => reject(new Error('the bench ended before it was ready')))
    })
    child.removeAllListeners('exit')
    return child
  }
}

const idOf = (mutant: Mutant, text: string): string =>
  createHash('sha256')
    .update(JSON.stringify([mutant, text]))
    .digest('hex')
    .slice(0, 16)

const known = new Map<string, Result>()
if (existsSync(log))
  for (const line of readFileSync(log, 'utf8')
    .split('\n')
    .filter((one) => one.endsWith('}'))) {
    const result: Result = JSON.parse(line)
    known.set(result.id, result)
  }

makeCopy()
const related = relatedTests(copy)
const bench = new Bench()
const sound = new Map<string, boolean>()
process.on('exit', () => bench.stop())
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))

/** The nearest tests that pass on the program as it is, in time. */
const testsOf = async (file: string): Promise<string[]> => {
  const found: string[] = []
  for (const test of related(file)) {
    if (found.length >= (most ?? 1)) break
    let good = sound.get(test)
    if (good === undefined) {
      const outcome = await bench.run({ write: {}, tests: [test] }, (limit ?? 60) / 3)
      good = outcome !== 'timed out' && outcome.failed === undefined
      sound.set(test, good)
    }
    if (good) found.push(test)
  }
  return found
}

const results: Result[] = []
for (const [index, mutant] of drawn().entries()) {
  const text = readFileSync(path.join(root, mutant.file), 'utf8')
  const id = idOf(mutant, text)
  const before = known.get(id)
  if (before !== undefined && !(values.again && before.outcome === 'survived')) {
    results.push(before)
    continue
  }
  const tests = await testsOf(mutant.file)
  const place = path.join(copy, mutant.file)
  const outcome = await bench.run({ write: { [place]: mutated(text, mutant) }, tests }, limit ?? 120)
  writeFileSync(place, text)
  await bench.run({ write: { [place]: text }, tests: [] }, limit ?? 120)
  const result: Result = {
    ...mutant,
    id,
    ...(outcome === 'timed out'
      ? { outcome }
      : outcome.failed === undefined
        ? { outcome: tests.length === 0 ? ('untested' as const) : ('survived' as const) }
        : { outcome: 'killed' as const, by: outcome.failed }),
  }
  results.push(result)
  appendFileSync(log, `${JSON.stringify(result)}\n`)
  console.log(`${index + 1}/${wanted} ${result.outcome} ${mutant.file}:${mutant.line} ${mutant.what}`)
}
bench.stop()

const lived = ({ outcome }: Result): boolean => outcome === 'survived' || outcome === 'untested'
const lines = values.folder.map((folder) => {
  const own = results.filter(({ file }) => file.startsWith(`${folder}/`))
  const killed = own.filter((result) => !lived(result)).length
  return `${folder}: ${killed} of ${own.length} noticed`
})
const survivors = results
  .filter(lived)
  .toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
  .map(
    ({ file, line, what, outcome }) =>
      `- ${file}:${line} \`${what}\`${outcome === 'untested' ? ' (no test reaches it)' : ''}`,
  )
const noticed = results.filter((result) => !lived(result)).length
const summary = [
  `${noticed} of ${results.length} noticed (seed ${seed})`,
  ...lines,
  '',
  ...survivors,
  '',
].join('\n')
writeFileSync(path.join(home, 'survivors.md'), summary)
console.log(summary)
