import { expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { pairIntervals } from './bootstrap.ts'
import type { OwnedScore } from './bootstrap.ts'

const draw = (seed: number, people: number): OwnedScore[] => {
  const stream = random(seed, 'scores')
  return Array.from({ length: people }, (_, person): OwnedScore[] => [
    { same: true, score: 1.2 + stream.normal(), identities: [`p${person}`, `p${person}`] },
    { same: false, score: stream.normal(), identities: [`p${person}`, `p${(person * 7 + 3) % people}`] },
  ]).flat()
}

it('is repeatable by its seed', () => {
  const scored = draw(1, 200)
  const options = { fars: [0.1], seed: 5, replicates: 200 }
  expect(pairIntervals(scored, options)).toEqual(pairIntervals(scored.toReversed(), options))
  expect(pairIntervals(scored, { ...options, seed: 6 })).not.toEqual(pairIntervals(scored, options))
})

it('covers the true TAR at least 95 times of 100', () => {
  // two normals 1.2 apart: at FAR 0.1 the threshold is 1.2816, the TAR Φ(1.2 − 1.2816) = 0.4675
  let covered = 0
  for (let trial = 0; trial < 60; trial++) {
    const [interval] = pairIntervals(draw(trial, 200), { fars: [0.1], seed: 0, replicates: 200 }).tar
    if (interval !== undefined && interval.low <= 0.4675 && interval.high >= 0.4675) covered++
  }
  expect(covered / 60).toBeGreaterThan(0.93)
})

it('is wider where few people make up many pairs', () => {
  const many = draw(2, 400)
  const few = many.map((pair, i): OwnedScore => {
    const person = Math.floor(i / 2) % 10
    return { ...pair, identities: [`p${person}`, `p${pair.same ? person : (person + 1) % 10}`] }
  })
  const width = (scored: OwnedScore[]): number => {
    // what a person's pairs have in common
    const shifted = scored.map((pair) => ({
      ...pair,
      score: pair.score + Number(pair.identities[0].slice(1)) / 10,
    }))
    const [interval] = pairIntervals(shifted, { fars: [0.1], seed: 0, replicates: 300 }).tar
    return (interval?.high ?? 0) - (interval?.low ?? 0)
  }
  expect(width(few)).toBeGreaterThan(
    1.3 * width(few.map((pair, i) => ({ ...pair, identities: [`p${i}`, `q${i}`] }))),
  )
})

it('gives no interval where one kind of pairs keeps vanishing', () => {
  const scored: OwnedScore[] = [
    { same: true, score: 1, identities: ['a', 'a'] },
    { same: false, score: 0, identities: ['b', 'c'] },
  ]
  expect(pairIntervals(scored, { fars: [0.1], seed: 0, replicates: 100 })).toEqual({ tar: [undefined] })
})
