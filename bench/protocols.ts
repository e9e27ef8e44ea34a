/**
 * @file Speed and memory of the large protocols on made-up features: MegaFace against a plain matrix product of the same size, in
 * the same run, and IJB-C's 15.6 million pairs. `node dist/bench/protocols.js [distractors]`
 */
import { availableParallelism } from 'node:os'
import { memoryUsage, stdout } from 'node:process'
import { random } from '../src/base/random.ts'
import { normalizeRows } from '../src/evaluate/features.ts'
import { scoreTemplatePairsBy, verifyTemplates } from '../src/evaluate/protocol-ijb.ts'
import { megafaceProtocol } from '../src/evaluate/protocol-megaface.ts'
import { openDriver } from '../src/node/open-driver.ts'
import { openScoreProduct } from '../src/node/score-product.ts'

const size = 512
const rows = 4096
const probeCount = 3530
const distractorCount = Number(process.argv[2] ?? 65_536)

const stream = random(1, 'bench')
const features = (count: number): Float32Array =>
  normalizeRows(
    Float32Array.from({ length: count * size }, () => stream.uniform() - 0.5),
    size,
  )
const say = (text: string): void => void stdout.write(`${text}\n`)
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1000
}

const probes = {
  data: features(probeCount),
  size,
  identities: Int32Array.from({ length: probeCount }, (_, i) => i % 80),
}
// people resemble themselves: each feature leans towards its person's first one
for (let i = 80; i < probeCount; i++)
  for (let k = 0; k < size; k++) probes.data[i * size + k]! += probes.data[(i % 80) * size + k]!
normalizeRows(probes.data, size)
const block = features(rows)
const blocks = function* (): Generator<Float32Array> {
  for (let at = 0; at < distractorCount; at += rows)
    yield block.subarray(0, Math.min(rows, distractorCount - at) * size)
}
const { driver } = await openDriver()
await using product = await openScoreProduct(driver, probes, availableParallelism())
await product.product(block, rows)
const plain = await seconds(async () => {
  for (const some of blocks()) await product.product(some, some.length / size)
})
const whole = await seconds(() => megafaceProtocol(probes, blocks(), product.product, { replicates: 100 }))
const flops = 2 * probeCount * distractorCount * size
say(`${probeCount} probes x ${distractorCount} distractors x ${size}:`)
say(`  matrix product alone ${plain.toFixed(1)} s (${(flops / plain / 1e9).toFixed(0)} GFLOP/s)`)
say(`  whole protocol       ${whole.toFixed(1)} s, ${(whole / plain).toFixed(2)} times as long`)

const templates = 23_124
const same = 19_557
const pairCount = 15_658_489
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
const direct = await seconds(async () => verifyTemplates(pooled, pairs, { pooling: '', replicates: 100 }))
const byProduct = await seconds(async () => {
  const scores = await scoreTemplatePairsBy(pooled, pairs, async (firsts) => {
    const opened = await openScoreProduct(driver, firsts, availableParallelism())
    return opened.product
  })
  verifyTemplates(pooled, pairs, { pooling: '', replicates: 100, scores })
})
say(`${pairCount} pairs of ${templates} templates x ${size}:`)
say(`  pair by pair ${direct.toFixed(1)} s, by matrix products ${byProduct.toFixed(1)} s`)
say(`memory held at the end: ${(memoryUsage.rss() / 2 ** 30).toFixed(1)} GiB`)
