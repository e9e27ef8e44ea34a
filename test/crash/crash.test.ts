/**
 * @file Commands killed after each of their changes to the file system: whatever a kill leaves, the same command knows
 * what to do with it. A few kills each here; `npm run crash` makes all of them.
 */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { synthFolder } from '../../src/node/faces/synth-folder.ts'

const all = process.env['MODE'] === 'crash'
const root = fileURLToPath(new URL('../../', import.meta.url))
const shim = pathToFileURL(join(root, 'test/crash/kill-after.mjs')).href
const main = join(root, 'dist/cli/main.js')

/** A command line, or code that has what the built modules export. */
type Work = readonly string[] | { readonly modules: readonly string[]; readonly code: string }

interface Ended {
  readonly code: number | null
  readonly output: string
}

const argsOf = (work: Work): readonly string[] => {
  if (!('code' in work)) return [main, ...work]
  const imports = work.modules.map(
    (name) => `import * as own from ${JSON.stringify(pathToFileURL(join(root, 'dist', name)).href)}\n`,
  )
  return ['--input-type=module', '-e', `${imports.join('')}${work.code}`]
}

const run = (work: Work, environment: Readonly<Record<string, string>> = {}): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', shim, ...argsOf(work)], {
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    const take = (piece: Buffer): void => {
      output += piece.toString()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('close', (code) => resolve({ code, output }))
  })

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cosface-crash-'))
  const size = { height: 32, width: 32 }
  await synthFolder({
    folder: join(folder, 'faces'),
    identities: 4,
    imagesPerIdentity: 2,
    size,
    seed: 2,
    workers: 0,
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** One command and how its state after a kill is taken up. */
interface Case {
  readonly name: string
  /** Kills in the short form; 0 where one takes long. */
  readonly few: number
  /** Makes `place` as the command finds it. @defaultValue an empty folder */
  readonly prepare?: (place: string) => Promise<void>
  readonly work: (place: string) => Work
  /** What a user runs then. @defaultValue the same again */
  readonly again?: (place: string) => Work
  /** The state is one that the command ends with, killed or not. */
  readonly whole: (place: string, last: Ended) => Promise<void>
}

/** Nothing of locks and drafts is left, in any folder. */
const expectTidy = async (place: string): Promise<void> => {
  const left = (await readdir(place, { recursive: true })).filter((path) =>
    /\.cosface|\.partial|\.part/.test(path),
  )
  expect(left).toEqual([])
}

const killed = async (one: Case, after: number): Promise<void> => {
  const place = await mkdtemp(join(folder, 'case-'))
  await one.prepare?.(place)
  const first = await run(one.work(place), { COSFACE_KILL_AFTER: String(after) })
  const state = (await readdir(place, { recursive: true })).toSorted().join(' ')
  const last = await run((one.again ?? one.work)(place))
  const told = `killed after change ${after} (${first.code}), leaving ${state}: ${last.output}`
  expect(first.code, told).toBeNull()
  try {
    await one.whole(place, last)
    await expectTidy(place)
  } catch (error) {
    throw new Error(told, { cause: error })
  }
  await rm(place, { recursive: true, force: true })
}

const countOf = async (one: Case): Promise<number> => {
  const place = await mkdtemp(join(folder, 'count-'))
  await one.prepare?.(place)
  const into = `${place}.txt`
  const ended = await run(one.work(place), { COSFACE_COUNT_INTO: into })
  expect(ended.code, ended.output).toBe(0)
  await one.whole(place, ended)
  await rm(place, { recursive: true, force: true })
  return Number(await readFile(into, 'utf8'))
}

const tiny = (place: string): readonly string[] => [
  ...[
    'train',
    join(folder, 'faces'),
    '--out',
    join(place, 'run'),
    '--backbone',
    'sphere4',
    '--size',
    '32x32',
  ],
  ...[
    '--embedding-size',
    '8',
    '--batch',
    '4',
    '--iterations',
    '4',
    '--warmup',
    '0',
    '--checkpoint-every',
    '2',
  ],
  ...[
    '--validation',
    '0',
    '--test',
    '0',
    '--min-images',
    '2',
    '--threads',
    '1',
    '--seed',
    '5',
    '--tensorboard',
  ],
]

const hashOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

let expected: string | undefined

/** The run ended as an unbroken one does, its log included. */
const wholeRun = async (place: string, { code, output }: Ended): Promise<void> => {
  expect(code, output).toBe(0)
  const out = join(place, 'run')
  const hash = await hashOf(join(out, 'checkpoints/00000004/weights.safetensors'))
  expected ??= hash
  expect(hash).toBe(expected)
  const steps = (await readFile(join(out, 'events.jsonl'), 'utf8'))
    .split('\n')
    .filter((line) => line.includes('"kind":"step"'))
    .map((line) => (/"iteration":(\d+)/.exec(line) ?? [])[1])
  expect(steps).toEqual(['0', '1', '2', '3'])
  for (const name of ['model.onnx', 'report.html', 'evaluation.json', 'split.json', 'plan.txt'])
    expect(existsSync(join(out, name)), name).toBe(true)
}

const goOn = (place: string): Work =>
  existsSync(join(place, 'run/config.json')) ? ['train', '--resume', join(place, 'run')] : tiny(place)

const callOf = (module: string, code: string): Work => ({ modules: [module], code })
const text = JSON.stringify

/** Packs, or finds that the killed command had packed all. */
const wholePack = async (place: string, { code, output }: Ended): Promise<void> => {
  if (code !== 0) expect(output).toContain('exists; ')
  const read = await run(
    callOf(
      'node/faces/record-dataset.js',
      `const set = await own.openRecordDataset(${text(join(place, 'pack'))}, { decode: async () => {} }); console.log(set.samples.length, set.identities.length)`,
    ),
  )
  expect(read.output.trim()).toBe('8 4')
  expect((await readdir(join(place, 'pack'))).filter((name) => !name.startsWith('.')).sort()).toEqual([
    'property',
    'train.idx',
    'train.lst',
    'train.rec',
  ])
}

const pack = (place: string, overwrite: boolean): Work =>
  callOf(
    'node/faces/pack-records.js',
    `await own.packRecordIO(${text(join(folder, 'faces'))}, ${text(join(place, 'pack'))}, { overwrite: ${overwrite} }).catch((e) => { console.log(e.message); process.exitCode = 1 })`,
  )

/** A folder that appears only when it is whole: made again, or there already. */
const wholeFolder =
  (files: number) =>
  async (place: string, { code, output }: Ended): Promise<void> => {
    if (code !== 0) expect(output).toMatch(/exists|is not empty/)
    const found = await readdir(join(place, 'out'), { recursive: true })
    expect(found.filter((name) => /\.(?:jpg|png)$/.test(name))).toHaveLength(files)
  }

const failing = 'catch((e) => { console.log(e.message); process.exitCode = 1 })'

/** A set of one archive and one file, served by the process that fetches it. */
const fetching = (place: string): Work =>
  callOf(
    'node/files/public-set.js',
    `import { createServer } from 'node:http'
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
const entry = (name, body) => { const head = Buffer.alloc(512); head.write(name); head.write('0000644\\0', 100); head.write(body.length.toString(8).padStart(11, '0') + '\\0', 124); head.write('        ', 148); head.write('0', 156); head.write('ustar\\0' + '00', 257); const sum = head.reduce((a, b) => a + b, 0); head.write(sum.toString(8).padStart(6, '0') + '\\0 ', 148); return Buffer.concat([head, body, Buffer.alloc((512 - body.length % 512) % 512)]) }
const tgz = gzipSync(Buffer.concat([entry('top/a/1.jpg', Buffer.from('one')), entry('top/b/1.jpg', Buffer.from('two')), Buffer.alloc(1024)]))
const files = { '/set.tgz': tgz, '/pairs.txt': Buffer.from('pairs') }
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex')
const server = createServer((q, r) => r.writeHead(200, { etag: '"a"' }).end(files[q.url]))
await new Promise((done) => server.listen(0, '127.0.0.1', done))
const set = { name: 'made-up', title: 't', terms: [], usual: ['images', 'pairs'], parts: [
  { name: 'images', meaning: '', files: [{ name: 'set.tgz', urls: [], sha256: sha(tgz), unpack: { top: 'top', folder: 'images' } }] },
  { name: 'pairs', meaning: '', files: [{ name: 'pairs.txt', urls: [], sha256: sha(files['/pairs.txt']) }] }] }
await own.fetchPublicSet(set, ${text(join(place, 'out'))}, { baseUrl: 'http://127.0.0.1:' + server.address().port }).${failing}
server.close()`,
  )

const reviewed = 'action,image,target\ndrop,drawn-0001/0001.jpg,\nmove,drawn-0002/0001.jpg,drawn-0003\n'

const cases: readonly Case[] = [
  { name: 'train', few: 1, work: tiny, again: goOn, whole: wholeRun },
  {
    name: 'train --resume',
    few: 0,
    prepare: async (place) => {
      expected ??= await (async () => {
        expect((await run(tiny(place))).code).toBe(0)
        await cp(join(place, 'run'), join(folder, 'ended'), { recursive: true })
        return hashOf(join(place, 'run/checkpoints/00000004/weights.safetensors'))
      })()
      await rm(join(place, 'run'), { recursive: true, force: true })
      if (!existsSync(join(folder, 'half'))) {
        const half = join(folder, 'half')
        await mkdir(half)
        expect((await run(tiny(half))).code).toBe(0)
        // as a kill between the two checkpoints leaves it
        await rm(join(half, 'run/checkpoints/00000004'), { recursive: true })
        for (const name of ['model.onnx', 'report.html', 'evaluation.json']) await rm(join(half, 'run', name))
      }
      await cp(join(folder, 'half/run'), join(place, 'run'), { recursive: true })
    },
    work: goOn,
    whole: wholeRun,
  },
  {
    name: 'compare',
    few: 0,
    work: (place) => [
      ...[
        'compare',
        join(folder, 'faces'),
        '--losses',
        'softmax,cosface',
        '--seeds',
        '1',
        '--out',
        join(place, 'out'),
      ],
      ...[
        '--backbone',
        'sphere4',
        '--size',
        '32x32',
        '--embedding-size',
        '8',
        '--batch',
        '4',
        '--iterations',
        '2',
      ],
      ...['--warmup', '0', '--validation', '0', '--test', '0', '--min-images', '2', '--threads', '1'],
      ...['--images', join(folder, 'faces'), '--pairs', join(folder, 'pairs.txt')],
    ],
    whole: async (place, { code, output }) => {
      expect(code, output).toBe(0)
      const found = await readdir(join(place, 'out'))
      expect(found.sort()).toEqual([
        'figures',
        'plan.json',
        'report.html',
        'results',
        'results.csv',
        'runs',
        'table.md',
      ])
      expect(await readdir(join(place, 'out/results'))).toHaveLength(2)
    },
  },
  {
    name: 'data lfw and the like',
    few: 2,
    work: fetching,
    whole: async (place, { code, output }) => {
      expect(code ?? 0, output).toBe(0)
      const found = await readdir(join(place, 'out'), { recursive: true })
      expect(found.sort()).toEqual([
        'downloads.json',
        'images',
        'images/a',
        'images/a/1.jpg',
        'images/b',
        'images/b/1.jpg',
        'pairs.txt',
      ])
      const record: unknown = JSON.parse(await readFile(join(place, 'out/downloads.json'), 'utf8'))
      expect(record).toMatchObject({ files: [{ name: 'set.tgz' }, { name: 'pairs.txt' }] })
    },
  },
  {
    name: 'synth',
    few: 1,
    work: (place) =>
      callOf(
        'node/faces/synth-folder.js',
        `await own.synthFolder({ folder: ${text(join(place, 'out'))}, identities: 2, imagesPerIdentity: 1, size: { height: 16, width: 16 }, seed: 1, workers: 0 }).${failing}`,
      ),
    whole: wholeFolder(2),
  },
  { name: 'pack rec', few: 1, work: (place) => pack(place, false), whole: wholePack },
  {
    name: 'pack rec --overwrite',
    few: 1,
    prepare: async (place) => {
      expect((await run(pack(place, false))).code).toBe(0)
    },
    work: (place) => pack(place, true),
    whole: wholePack,
  },
  {
    name: 'pack folder',
    few: 1,
    prepare: async (place) => {
      if (!existsSync(join(folder, 'pack'))) expect((await run(pack(folder, false))).code).toBe(0)
      await mkdir(place, { recursive: true })
    },
    work: (place) =>
      callOf(
        'node/faces/pack-records.js',
        `await own.unpackRecordIO(${text(join(folder, 'pack'))}, ${text(join(place, 'out'))}).${failing}`,
      ),
    whole: wholeFolder(8),
  },
  {
    name: 'data apply',
    few: 1,
    prepare: (place) => writeFile(join(place, 'findings.csv'), reviewed),
    work: (place) =>
      callOf(
        'node/check/data-apply.js',
        `await own.applyDataCheck(${text(join(place, 'findings.csv'))}, ${text(join(folder, 'faces'))}, ${text(join(place, 'out'))}).${failing}`,
      ),
    whole: wholeFolder(7),
  },
]

const chosen = process.env['COSFACE_CRASH_CASE']

describe.each(cases.filter(({ name }) => chosen === undefined || name === chosen))('$name', (one) => {
  test.skipIf(!all && one.few === 0)(
    'killed after a change to the file system is taken up (the long ones by npm run crash)',
    { timeout: all ? 3_600_000 : 120_000 },
    async () => {
      if (!existsSync(join(folder, 'pairs.txt'))) {
        const pair = (a: string, b: string, same: boolean): string => `${a} ${b} ${same ? 1 : 0}`
        const lines = ['1', '2', '3', '4'].flatMap((number, index) => {
          const other = `drawn-000${((index + 1) % 4) + 1}`
          const own = `drawn-000${number}`
          return [
            pair(`${own}/0001.jpg`, `${own}/0002.jpg`, true),
            pair(`${own}/0001.jpg`, `${other}/0001.jpg`, false),
          ]
        })
        await writeFile(join(folder, 'pairs.txt'), `${lines.join('\n')}\n`)
      }
      const count = await countOf(one)
      expect(count).toBeGreaterThan(5)
      const kills = all
        ? Array.from({ length: count }, (_, at) => at + 1)
        : Array.from({ length: one.few }, (_, at) => Math.round(((at + 0.8) * count) / one.few))
      for (const after of kills) await killed(one, after)
    },
  )
})
