/**
 * @file Speed and memory of the large protocols on made-up features: MegaFace's search, streamed from a file on disk, against a plain
 * matrix product of the same size in the same run, and IJB-C's 15.6 million pairs from precomputed templates.
 * `node build/bench/protocols.js [distractors] [pairs]`; the full size is `1000000 15658489`, and takes 2 GB of disk.
 */
import { mkdtemp, open, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { cpuUsage, resourceUsage, stdout } from 'node:process'
import { random } from '../src/base/random.ts'
import { bytesOf } from '../src/base/bytes.ts'
import { normalizeRows } from '../src/evaluate/features.ts'
import { scoreTemplatePairs, verifyTemplates } from '../src/evaluate/protocol/ijb.ts'
import { megafaceProtocol } from '../src/evaluate/protocol/megaface.ts'
import { openFeatureFile } from '../src/node/evaluate/feature-file.ts'
import { scorePairs } from '../src/node/evaluate/ijb-judge.ts'
import { openDriver } from '../src/node/session/open-driver.ts'
import { openScoreProduct } from '../src/node/session/score-product.ts'
import { npyHeader } from '../src/tensor/npy.ts'

const size = 512
const rows = 4096
const probeCount = 3530
const distractorCount = Number(process.argv[2] ?? 65_536)
const pairCount = Number(process.argv[3] ?? 15_658_489)

const stream = random(1, 'bench')
const features = (count: number): Float32Array =>
  normalizeRows(
    Float32Array.from({ length: count * size }, () => stream.uniform() - 0.5),
    size,
  )
const say = (text: string): void => void stdout.write(`${text}\n`)
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const [start, cpu] = [performance.now(), cpuUsage()]
  await work()
  const { user, system } = cpuUsage(cpu)
  spent = (user + system) / 1e6
  return (performance.now() - start) / 1000
}
/** Processor seconds of the latest `seconds`: what stays comparable where others use the machine too. */
let spent = 0
/** The most memory the process has ever held; maxRSS is in KiB. */
const peak = (): string => `peak ${(resourceUsage().maxRSS / 2 ** 20).toFixed(2)} GiB`

const block = features(rows)
const { driver } = await openDriver()

if (distractorCount > 0) {
  const probes = {
    data: features(probeCount),
    size,
    identities: Int32Array.from({ length: probeCount }, (_, i) => i % 80),
  }
  // people resemble themselves: each feature leans towards its person's first one
  for (let i = 80; i < probeCount; i++)
    for (let k = 0; k < size; k++) probes.data[i * size + k]! += probes.data[(i % 80) * size + k]!
  normalizeRows(probes.data, size)
  const folder = await mkdtemp(join(tmpdir(), 'cosface-bench-'))
  try {
    const path = join(folder, 'distractors.npy')
    const out = await open(path, 'w')
    await out.write(npyHeader([distractorCount, size]))
    for (let at = 0; at < distractorCount; at += rows)
      await out.write(bytesOf(block.subarray(0, Math.min(rows, distractorCount - at) * size)))
    await out.close()
    await using file = await openFeatureFile(path)
    const fromFile = async function* (): AsyncGenerator<Float32Array> {
      for (let at = 0; at < distractorCount; at += rows)
        yield await file.read(at, Math.min(rows, distractorCount - at))
    }
    await using product = await openScoreProduct(driver, probes, availableParallelism())
    await product.product(block, rows)
    const plain = (): Promise<number> =>
      seconds(async () => {
        for (let at = 0; at < distractorCount; at += rows) {
          const count = Math.min(rows, distractorCount - at)
          await product.product(block.subarray(0, count * size), count)
        }
      })
    const whole = (): Promise<number> =>
      seconds(() => megafaceProtocol(probes, fromFile(), product.product, { expected: distractorCount }))
    // the machine is shared: before and after, so that a drift shows
    const before = await plain()
    const plainCpu = spent
    const found = await whole()
    const wholeCpu = spent
    const after = await plain()
    const flops = 2 * probeCount * distractorCount * size
    say(`${probeCount} probes x ${distractorCount} distractors x ${size}, streamed from a file:`)
    say(
      `  matrix product alone ${before.toFixed(1)} s before, ${after.toFixed(1)} s after ` +
        `(${(flops / Math.min(before, after) / 1e9).toFixed(0)} GFLOP/s)`,
    )
    say(
      `  whole protocol       ${found.toFixed(1)} s, ${((2 * found) / (before + after)).toFixed(2)} times as long; ${peak()}`,
    )
    say(`  processor seconds    ${plainCpu.toFixed(1)} alone, ${wholeCpu.toFixed(1)} whole`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

if (pairCount > 0) {
  const [templates, same] = [23_124, 19_557]
  const pooled = {
    ids: Int32Array.from({ length: templates }, (_, i) => i + 1),
    size,
    data: new Float32Array(templates * size),
  }
  for (let at = 0; at < pooled.data.length; at += block.length)
    pooled.data.set(block.subarray(0, Math.min(block.length, pooled.data.length - at)), at)
  const pairs = {
    first: Int32Array.from({ length: pairCount }, (_, i) => 1 + Math.floor((i * 3531) / pairCount)),
    second: Int32Array.from({ length: pairCount }, () => 1 + stream.integer(templates)),
    same: Uint8Array.from({ length: pairCount }, (_, i) => (i % 800 === 0 && i / 800 < same ? 1 : 0)),
  }
  let judged = 0
  const byProduct = await seconds(async () => {
    const scores = await scorePairs(pooled, pairs, driver)
    judged = await seconds(async () => verifyTemplates(pooled, pairs, { pooling: '', scores }))
  })
  say(`${pairCount} pairs of ${templates} templates x ${size}:`)
  say(
    `  by matrix products ${byProduct.toFixed(1)} s, ${judged.toFixed(1)} s of which are figures and intervals; ${peak()}`,
  )
  const direct = await seconds(async () => scoreTemplatePairs(pooled, pairs))
  say(`  scored pair by pair ${direct.toFixed(1)} s`)
}
await driver[Symbol.asyncDispose]()
