/** @file The paired test against its own definitions: nulls, known differences, dependence within people. */
import { describe, expect, it } from 'vitest'
import { DataError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import { compareEvaluations, holm, signTest } from './compare.ts'
import { type Outcomes, pairOutcomes, searchOutcomes, unitsOf } from './outcomes.ts'
import type { ProtocolEvaluation } from './report.ts'
import type { ScoredPair } from '../result.ts'

const evaluation = (name: string, outcomes: readonly Outcomes[]): ProtocolEvaluation => ({
  outcomes,
  report: {
    schema: 'cosface-protocol/1',
    name,
    record: {
      title: 'Pairs',
      question: 'pairs',
      protocol: 'pairs',
      convention: '',
      aligner: '',
      seed: 0,
      files: [],
    },
    groups: [],
    curves: {},
    warnings: [],
    results: [],
  },
})

const outcomes = (
  hits: readonly number[],
  first: readonly number[],
  parts: Partial<Outcomes> = {},
): Outcomes => ({
  id: 'accuracy',
  name: 'accuracy',
  units: 'u',
  hits: Float64Array.from(hits),
  totals: new Float64Array(hits.length).fill(1),
  first: Int32Array.from(first),
  second: new Int32Array(hits.length).fill(-1),
  ...parts,
})

const compare = (one: Outcomes, other: Outcomes, replicates = 400) =>
  compareEvaluations([evaluation('A', [one]), evaluation('B', [other])], { replicates, seed: 1 })[0]

describe('two models on the same units', () => {
  it('differ where one is plainly better, in points and with an interval around them', () => {
    const people = Array.from({ length: 400 }, (_, i) => i)
    const found = compare(
      outcomes(
        people.map((i) => (i % 4 === 0 ? 0 : 1)),
        people,
      ),
      outcomes(
        people.map((i) => (i % 10 === 0 ? 0 : 1)),
        people,
      ),
    )
    expect(found).toMatchObject({ verdict: 'differ', onlyFirst: 20, onlySecond: 80 })
    expect(found?.difference).toBeCloseTo(0.15, 12)
    // the standard error of a difference of paired shares: √(b + c − (b − c)²/n) / n
    const half = 1.96 * (Math.sqrt(100 - 3600 / 400) / 400)
    expect(found?.interval.low).toBeCloseTo(0.15 - half, 1)
    expect(found?.interval.high).toBeCloseTo(0.15 + half, 1)
    expect(found?.sentence).toBe('A and B differ: the accuracy of B is 15.00 points higher (p = 0.005).')
  })

  it('give no evidence where they are alike, and say how much may still lie between them', () => {
    const people = Array.from({ length: 60 }, (_, i) => i)
    const one = outcomes(
      people.map((i) => i % 2),
      people,
    )
    // sixty people who all come out alike leave up to three of them
    expect(compare(one, one)).toMatchObject({
      verdict: 'no evidence',
      difference: 0,
      pValue: 1,
      interval: { low: -0.05, high: 0.05 },
      sentence:
        'No evidence that A and B differ in accuracy: both get the same ones right, and anything from −5.00 to 5.00 is compatible with these data (p = 1.000).',
    })
    const found = compare(
      one,
      outcomes(
        people.map((i) => (i < 2 ? 1 : i % 2)),
        people,
      ),
    )
    expect(found?.verdict).toBe('no evidence')
    expect(found?.sentence).toMatch(
      /^No evidence that A and B differ in accuracy: 1\.67 points lie between them/,
    )
  })

  it('are not told apart by many pairs of a single person', () => {
    // a hundred pairs speak for B, all of one person; McNemar alone would be certain
    const first = Array.from({ length: 300 }, (_, i) => (i < 100 ? 0 : i))
    const found = compare(
      outcomes(
        first.map((_, i) => (i < 100 ? 0 : 1)),
        first,
      ),
      outcomes(
        first.map(() => 1),
        first,
      ),
    )
    expect(signTest(0, 100)).toBeLessThan(1e-20)
    expect(found?.verdict).toBe('no evidence')
  })

  it('err at most as often as promised where nothing differs, dependence within people included', () => {
    const stream = random(3, 'nulls')
    let wrong = 0
    const rounds = 120
    for (let round = 0; round < rounds; round++) {
      const [a, b, people] = [[] as number[], [] as number[], [] as number[]]
      for (let person = 0; person < 25; person++) {
        const ease = { a: stream.uniform(), b: stream.uniform() }
        for (let i = 0; i < 8; i++) {
          a.push(stream.uniform() < ease.a ? 1 : 0)
          b.push(stream.uniform() < ease.b ? 1 : 0)
          people.push(person)
        }
      }
      if (compare(outcomes(a, people), outcomes(b, people), 200)?.verdict === 'differ') wrong++
    }
    // 5 % of 120 are 6; more than 14 would come by chance in one of a thousand
    expect(wrong).toBeLessThan(14)
  })

  it('a pair of two people counts as often as both were drawn', () => {
    // one person is on every pair: without them there is nothing, and the difference never changes
    const people = Array.from({ length: 20 }, () => 0)
    const second = Int32Array.from(people, (_, i) => i + 1)
    const found = compare(
      outcomes(people, people, { second }),
      outcomes(
        people.map(() => 1),
        people,
        { second },
      ),
    )
    expect(found?.interval).toEqual({ low: 1, high: 1 })
  })

  it('are refused where they were asked different things', () => {
    const one = outcomes([1, 0], [0, 1])
    expect(() => compare(one, { ...one, units: 'v' })).toThrow(DataError)
    expect(() => compare(one, outcomes([1], [0]))).toThrow('not judged on the same')
    expect(compare(one, { ...one, id: 'rank-1' })).toBeUndefined()
  })

  it('searches of shares are tested by the bootstrap alone', () => {
    const people = Array.from({ length: 30 }, (_, i) => i)
    const parts = { totals: new Float64Array(30).fill(4) }
    const found = compare(
      outcomes(
        people.map(() => 2),
        people,
        parts,
      ),
      outcomes(
        people.map((i) => 2 + (i % 2)),
        people,
        parts,
      ),
    )
    expect(found?.onlyFirst).toBeUndefined()
    expect(found).toMatchObject({ difference: 0.125, verdict: 'differ' })
    expect(found?.protocol).not.toContain('McNemar')
  })
})

it('Holm corrects step by step and never reorders', () => {
  expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(10)))).toEqual([0.03, 0.06, 0.06, 0.02])
  expect(holm([])).toEqual([])
  expect(holm([0.9, 0.8])).toEqual([1, 1])
})

describe('outcomes', () => {
  const pair = (a: string, b: string, same: boolean, fold: number, score: number): ScoredPair => ({
    a,
    b,
    same,
    fold,
    score,
    identities: same ? ['x', 'x'] : ['x', b],
  })

  it('of pairs add up to accuracy at each fold’s threshold and to TAR', () => {
    const scored = [
      pair('1', '2', true, 0, 0.6),
      pair('1', '3', false, 0, 0.5),
      pair('2', '4', true, 3, 0.6),
      pair('2', '5', false, 3, 0.75),
    ]
    const [accuracy, tar] = pairOutcomes(scored, {
      thresholds: [0.5, 0.7],
      tarAtFar: [
        { far: 0.5, tar: 0.5, threshold: 0.6 },
        { far: 1e-3, insufficient: 'few' },
      ],
    })
    expect([...(accuracy?.hits ?? [])]).toEqual([1, 0, 0, 0])
    expect([...(accuracy?.second ?? [])]).toEqual([-1, 1, -1, 2])
    expect([tar?.id, ...(tar?.hits ?? [])]).toEqual(['tar@far=0.5', 1, 1])
    expect(pairOutcomes(scored, { thresholds: [0.5], tarAtFar: [] })[0]?.hits[2]).toBe(1)
  })

  it('of searches follow ranks and each gallery’s threshold', () => {
    const gallery = (mate: number) => ({
      mate: Float64Array.of(mate, 0.5),
      other: Float64Array.of(0.2, 0.6),
      rank: Int32Array.of(1, 2),
      nonMated: Float64Array.of(0.1),
      strangers: new Int32Array(0),
      subjects: Int32Array.of(4, 5),
    })
    const open = (threshold: number) => ({ open: [{ fpir: 0.1, tpir: 1, threshold }] })
    const [rank, tpir] = searchOutcomes([gallery(0.9), gallery(0.7)], [open(0.8), open(0.8)])
    expect([...(rank?.hits ?? [])]).toEqual([1, 0, 1, 0])
    expect([...(tpir?.hits ?? [])]).toEqual([1, 0, 0, 0])
    expect([...(rank?.first ?? [])]).toEqual([4, 5, 4, 5])
  })

  it('units are told apart by content, order and borders', () => {
    const all = [['ab', 'c'], ['a', 'bc'], ['c', 'ab'], ['abc'], [1, 2], [12], [2, 1]]
    expect(new Set(all.map(unitsOf)).size).toBe(all.length)
  })
})
