// What an evaluation must say about the reference model on LFW View 1, computed without any of our code: the threshold
// is chosen on pairsDevTrain and judged on pairsDevTest. With a limit, on the first so many pairs of each kind only.
//   node scripts/oracles/lfw-view1.mjs [concat|sum|none] [limit] > test/golden/lfw-view1.json
import { readFileSync } from 'node:fs'
import ort from 'onnxruntime-node'
import sharp from 'sharp'

const flip = process.argv[2] ?? 'concat'
const limit = Number(process.argv[3] ?? Infinity)
const data = process.env.COSFACE_SHARED_DATA ?? '../shared/data'
const session = await ort.InferenceSession.create(`${data}/models/mobilefacenet.onnx`)
const side = 112

const image = (name, number) => `${name}/${name}_${number.padStart(4, '0')}.jpg`

const readPairs = (file) => {
  const [, ...lines] = readFileSync(`${data}/${file}`, 'utf8').trim().split('\n')
  const all = lines
    .map((line) => line.trim().split('\t'))
    .map((f) =>
      f.length === 3
        ? { a: image(f[0], f[1]), b: image(f[0], f[2]), same: true }
        : { a: image(f[0], f[1]), b: image(f[2], f[3]), same: false },
    )
  return [true, false].flatMap((same) => all.filter((pair) => pair.same === same).slice(0, limit))
}

const run = async (rgb, mirrored) => {
  const input = new Float32Array(3 * side * side)
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const from = (y * side + (mirrored ? side - 1 - x : x)) * 3 + c
        input[(c * side + y) * side + x] = (rgb[from] - 127.5) / 128
      }
  const { output } = await session.run({ input: new ort.Tensor('float32', input, [1, 3, side, side]) })
  return [...output.data]
}

const known = new Map()
const template = async (path) => {
  if (!known.has(path)) {
    const rgb = await sharp(`${data}/lfw112/${path}`).removeAlpha().raw().toBuffer()
    const f = await run(rgb, false)
    const g = flip === 'none' ? [] : await run(rgb, true)
    const t = flip === 'sum' ? f.map((v, i) => v + g[i]) : [...f, ...g]
    known.set(path, t)
  }
  return known.get(path)
}

const dot = (a, b) => a.reduce((sum, v, i) => sum + v * b[i], 0)
const score = async ({ a, b, same }) => {
  const [x, y] = [await template(a), await template(b)]
  return { same, s: dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)) }
}
const scoreAll = async (file) => {
  const scores = []
  for (const pair of readPairs(file)) scores.push(await score(pair))
  return scores
}
const right = (scores, t) => scores.filter(({ same, s }) => s >= t === same).length

const train = await scoreAll('pairsDevTrain.txt')
const test = await scoreAll('pairsDevTest.txt')
const best = Math.max(...train.map(({ s }) => right(train, s)))
const threshold = Math.max(...train.map(({ s }) => s).filter((t) => right(train, t) === best))
const positive = test.filter(({ same }) => same)
const negative = test.filter(({ same }) => !same)
let wins = 0
for (const p of positive) for (const n of negative) wins += p.s > n.s ? 1 : p.s === n.s ? 0.5 : 0
// at FAR 0.1: one in ten different pairs may pass
const refused = negative.map(({ s }) => s).sort((x, y) => y - x)[Math.floor(negative.length / 10)]
console.log(
  JSON.stringify({
    flip,
    pairs: test.length,
    images: known.size,
    threshold,
    accuracy: right(test, threshold) / test.length,
    auc: wins / positive.length / negative.length,
    tarAtTenth: positive.filter(({ s }) => s > refused).length / positive.length,
  }),
)
