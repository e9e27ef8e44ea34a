/**
 * @file How often each detector finds the face of a photograph, what the rejection rule rejects, and what its landmarks
 * are worth: View 1's test pairs through detection, alignment and one recogniser. Not part of `npm run bench`: it needs
 * photographs and models.
 *
 *     npx tsc -p tsconfig.tools.json
 *     node build/bench/detectors.js PHOTOS PAIRS RECOGNISER[,flip] NAME=DETECTOR[,LANDMARKS] …
 *
 * PHOTOS is a folder with one subfolder a person, PAIRS a list as LFW's. `NAME=DETECTOR,mouth-centre` replaces the mouth's
 * corners by their middle.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { argv, stdout } from 'node:process'
import { alignerVersion } from '../src/image/alignment.ts'
import type { DetectedFace } from '../src/face/detected-face.ts'
import type { Detector } from '../src/face/detector.ts'
import { makeEmbedder } from '../src/face/embedder.ts'
import type { EmbeddedFace } from '../src/face/embedder.ts'
import { qualityNames, rejectionOf, usualRejection } from '../src/face/quality.ts'
import { cosine } from '../src/evaluate/features.ts'
import type { FlipRule } from '../src/evaluate/features.ts'
import { parsePairs } from '../src/evaluate/pairs.ts'
import type { PairSet } from '../src/evaluate/pair.ts'
import { resolvePairs } from '../src/evaluate/resolve-pairs.ts'
import { verifyScores } from '../src/evaluate/verify.ts'
import { openDetector } from '../src/node/face/open-embedder.ts'
import { photographsOf } from '../src/node/face/photographs.ts'
import { imagesBelow } from '../src/node/faces/folder-walk.ts'
import { openModel } from '../src/node/run/model-file.ts'

/** The same detector, as if it knew the mouth's centre alone. */
const withMouthCentre = (detector: Detector): Detector => {
  const changed = (face: DetectedFace): DetectedFace => {
    const { leftMouth, rightMouth, ...others } = face.landmarks
    if (leftMouth === undefined || rightMouth === undefined) return face
    const mouth = { x: (leftMouth.x + rightMouth.x) / 2, y: (leftMouth.y + rightMouth.y) / 2 }
    return { ...face, landmarks: { ...others, mouth } }
  }
  return {
    ...detector,
    detect: async (image, look) => (await detector.detect(image, look)).map(changed),
  }
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)} %`

/** Accuracy over the pairs whose faces were found, and over all with the others counted as errors. */
const judged = (pairs: PairSet, faces: ReadonlyMap<string, EmbeddedFace>): string => {
  const scored = pairs.pairs.flatMap((pair) => {
    const [a, b] = [faces.get(pair.a)?.embedding, faces.get(pair.b)?.embedding]
    return a === undefined || b === undefined ? [] : [{ ...pair, score: cosine(a, 0, b, 0, a.length) }]
  })
  const { accuracy } = verifyScores(scored, { folds: pairs.folds, flip: 'none', replicates: 0 })
  const all = (accuracy * scored.length) / pairs.pairs.length
  return `${(100 * accuracy).toFixed(2)} % of the ${scored.length} pairs compared, ${(100 * all).toFixed(2)} % of all`
}

const [photos = '', list = '', recogniser = '', ...detectors] = argv.slice(2)
const { images } = await imagesBelow(photos)
const files = images.map((name) => ({ name, file: join(photos, name) }))
const pairs = resolvePairs(parsePairs(await readFile(list, 'utf8'), list), images)
const [modelFile = '', flip = 'sum', channels = 'rgb', mean = '127.5', std = '128'] = recogniser.split(',')
const model = await openModel(modelFile, {
  contract: {
    flip: flip as FlipRule,
    channels: channels === 'bgr' ? 'bgr' : 'rgb',
    mean: Number(mean),
    std: Number(std),
  },
})
stdout.write(`${images.length} photographs, ${pairs.pairs.length} pairs, ${alignerVersion}\n`)
for (const setup of detectors) {
  const [name = '', rest = ''] = setup.split('=')
  const [file = '', second] = rest.split(',')
  const isCentre = second === 'mouth-centre'
  const opened = await openDetector(file, second === undefined || isCentre ? {} : { landmarks: second })
  const embedder = makeEmbedder({
    detector: isCentre ? withMouthCentre(opened) : opened,
    model,
    faces: 'central',
    reject: false,
  })
  const faces = new Map<string, EmbeddedFace>()
  let turnedRound = 0
  const begin = performance.now()
  for await (const result of embedder.photographs(photographsOf(files))) {
    if (result.unreadable !== undefined) continue
    const [face] = result.faces
    if (face === undefined) continue
    faces.set(result.name, face)
    if (result.turn !== 0) turnedRound++
  }
  const each = (performance.now() - begin) / files.length
  await opened[Symbol.asyncDispose]()
  const kept = new Map<string, EmbeddedFace>()
  const rejected = new Map<string, number>()
  for (const [photograph, face] of faces) {
    const rejection = rejectionOf(face.quality, usualRejection)
    if (rejection === undefined) kept.set(photograph, face)
    else rejected.set(rejection.measure, (rejected.get(rejection.measure) ?? 0) + 1)
  }
  const reasons = [...rejected].map(([measure, count]) => `${measure} ${count}`).join(', ')
  stdout.write(
    `\n${name}: ${each.toFixed(0)} ms a photograph with the recogniser\n` +
      `  found ${faces.size} (${percent(faces.size, files.length)}), ${turnedRound} of them turned\n` +
      `  not rejected ${kept.size} (${percent(kept.size, files.length)})${reasons === '' ? '' : `: ${reasons}`}\n` +
      `  without rejection ${judged(pairs, faces)}\n` +
      `  with rejection    ${judged(pairs, kept)}\n`,
  )
  for (const measure of qualityNames) {
    const values = [...faces.values()].flatMap(({ quality }) => quality[measure] ?? []).sort((a, b) => a - b)
    const at = (share: number): string =>
      (values[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN).toFixed(2)
    stdout.write(
      `  ${measure.padEnd(12)} 0.1 % ${at(0.001)} · 1 % ${at(0.01)} · 50 % ${at(0.5)} · 99 % ${at(0.99)} · 99.9 % ${at(0.999)}\n`,
    )
  }
}
await model[Symbol.asyncDispose]()
