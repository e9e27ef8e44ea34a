/** @file Evaluations of made-up models by each protocol: people are directions, a model is how much noise it sees them with. */
import { random, type Random } from '../../src/base/random.ts'
import { normalizeRows } from '../../src/evaluate/features.ts'
import type { Pair } from '../../src/evaluate/pair.ts'
import {
  insightfaceEvaluation,
  megafaceEvaluation,
  pairEvaluation,
  templateEvaluation,
} from '../../src/evaluate/protocol/evaluations.ts'
import { groupResults } from '../../src/evaluate/protocol/groups.ts'
import { judgeGalleries, search } from '../../src/evaluate/protocol/identify.ts'
import { scoreTemplatePairs, templatePeople, judgeTemplatePairs } from '../../src/evaluate/protocol/ijb.ts'
import { insightfaceProtocol } from '../../src/evaluate/protocol/insightface.ts'
import { megafaceProtocol, plainProduct } from '../../src/evaluate/protocol/megaface.ts'
import { tarOutcomes, unitsOf } from '../../src/evaluate/protocol/outcomes.ts'
import type { ProtocolRecord } from '../../src/evaluate/protocol/record.ts'
import { benchmarkFacts } from '../../src/evaluate/protocols/registry.ts'
import type { ProtocolEvaluation } from '../../src/evaluate/protocol/report.ts'
import { poolingInWords } from '../../src/evaluate/protocol/templates.ts'
import { verify } from '../../src/evaluate/verify.ts'

const size = 32

/** A model by its name and its noise, 0 for a perfect one. */
export interface Made {
  readonly name: string
  readonly noise: number
}

const record = (benchmark: string, { name, noise }: Made): ProtocolRecord => ({
  ...benchmarkFacts(benchmark),
  convention: 'cosface',
  model: unitsOf([name, noise]),
  aligner: 'as given, 112x96',
  seed: 3,
  files: ['pairs.txt'],
})

const unitRows = (count: number, stream: Random): Float32Array =>
  normalizeRows(
    Float32Array.from({ length: count * size }, () => stream.normal()),
    size,
  )

/** Images [people · each, 32] in the order of people; the same people for every model. */
const images = (people: number, each: number, { name, noise }: Made): Float32Array => {
  const centres = unitRows(people, random(1, 'people'))
  const stream = random(2, 'images', name)
  return normalizeRows(
    Float32Array.from(
      { length: people * each * size },
      (_, i) => centres[Math.floor(i / size / each) * size + (i % size)]! + noise * stream.normal() * 0.18,
    ),
    size,
  )
}

/** Ten folds of people who meet only within their fold. */
export function madePairs(made: Made): ProtocolEvaluation {
  const [people, each] = [200, 4]
  const nameOf = (person: number, image: number): string => `${person}/${image}`
  const stream = random(5, 'pairs')
  const pairs = Array.from({ length: 2400 }, (_, i): Pair => {
    const fold = i % 10
    const person = fold * 20 + stream.integer(20)
    const other = fold * 20 + ((person - fold * 20 + 1 + stream.integer(19)) % 20)
    const same = i % 20 < 10
    const [a, b] = [stream.integer(each), stream.integer(each - 1)]
    return {
      a: nameOf(person, a),
      b: same ? nameOf(person, (a + 1 + b) % each) : nameOf(other, b),
      same,
      fold,
      identities: [`${person}`, same ? `${person}` : `${other}`],
    }
  })
  const names = Array.from({ length: people * each }, (_, i) => nameOf(Math.floor(i / each), i % each))
  const verification = verify(
    { pairs, folds: 'given', skipped: 0 },
    { names, size, data: images(people, each, made) },
    { flip: 'concat', seed: 3, replicates: 200 },
  )
  const camera = (image: string): string =>
    Number(image.split('/')[0]) < 8 ? 'C' : Number(image.split('/')[0]) % 2 === 0 ? 'A' : 'B'
  const groups = groupResults(verification.scored, camera, verification.result.threshold, {
    column: 'camera',
  })
  return pairEvaluation({ name: made.name, record: record('lfw', made) }, verification, { groups: [groups] })
}

/** The same, judged as insightface does it. */
export function madePack(made: Made): ProtocolEvaluation {
  const data = images(400, 2, made)
  const same = Array.from({ length: 400 }, (_, i) => i % 2 === 0)
  const distances = Float64Array.from(same, (isSame, i) => {
    const [a, b] = [2 * i, isSame ? 2 * i + 1 : 2 * ((i + 7) % 400)]
    let sum = 0
    for (let k = 0; k < size; k++) sum += (data[a * size + k]! - data[b * size + k]!) ** 2
    return sum
  })
  const result = insightfaceProtocol(distances, same)
  return insightfaceEvaluation({ name: made.name, record: record('bin', made) }, result, distances, same)
}

/** Two templates a person, every pair of templates, two galleries. */
export function madeTemplates(made: Made): ProtocolEvaluation {
  const people = 240
  const data = images(people, 2, made)
  const templates = { ids: Int32Array.from({ length: 2 * people }, (_, i) => i), size, data }
  const list = Array.from({ length: 2 * people }, (_, a) =>
    Array.from({ length: 2 * people - a - 1 }, (_unused, k) => [a, a + 1 + k] as const),
  ).flat()
  const pairs = {
    first: Int32Array.from(list, ([a]) => a),
    second: Int32Array.from(list, ([, b]) => b),
    same: Uint8Array.from(list, ([a, b]) => (a >> 1 === b >> 1 ? 1 : 0)),
  }
  const scores = scoreTemplatePairs(templates, pairs)
  const own = scores.same.slice()
  const { result: verification, accepted } = judgeTemplatePairs(templates, pairs, {
    pooling: poolingInWords({ flip: true, keepNorms: true, detectorScores: true }),
    scores,
    seed: 3,
    replicates: 200,
  })
  const subjects = (from: number, to: number, side: number) => ({
    size,
    subjects: Int32Array.from({ length: to - from }, (_, i) => from + i),
    data: Float32Array.from(
      { length: (to - from) * size },
      (_, i) => data[(2 * (from + Math.floor(i / size)) + side) * size + (i % size)]!,
    ),
  })
  const searches = [subjects(0, 60, 0), subjects(60, 130, 0)].map((gallery) =>
    search(subjects(0, people, 1), gallery),
  )
  return templateEvaluation(
    { name: made.name, record: record('ijbc', made) },
    {
      verification,
      scores,
      accepted,
      searches,
      identification: judgeGalleries(searches),
      outcomes: tarOutcomes(own, templatePeople(pairs), verification.tarAtFar, unitsOf(pairs.first)),
    },
  )
}

/** Probes of twenty people among two thousand others. */
export async function madeMegaface(made: Made): Promise<ProtocolEvaluation> {
  const probes = {
    data: images(20, 6, made),
    size,
    identities: Int32Array.from({ length: 120 }, (_, i) => Math.floor(i / 6)),
  }
  const run = await megafaceProtocol(probes, [unitRows(2000, random(9, 'others'))], plainProduct(probes), {
    seed: 3,
    replicates: 200,
  })
  return megafaceEvaluation({ name: made.name, record: record('megaface', made) }, run)
}
