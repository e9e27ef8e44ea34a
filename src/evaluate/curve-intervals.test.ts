/** @file Intervals of AUC and EER against replicates made the long way: pairs copied as often as their people were drawn. */
import { expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { quantile } from '../tensor/statistics.ts'
import type { OwnedScore } from './bootstrap.ts'
import { pairIntervals } from './bootstrap.ts'
import { auc, eer, roc } from './roc.ts'

const stream = random(11, 'pairs')
/** Coarse scores, so that many tie; few pairs of one person, many of two. */
const scored: readonly OwnedScore[] = Array.from({ length: 160 }, (_, i) => {
  const same = i % 8 === 0
  const person = stream.integer(12)
  const other = (person + 1 + stream.integer(11)) % 12
  return {
    same,
    score: Math.round((stream.normal() * 0.2 + (same ? 0.5 : 0)) * 8) / 8,
    identities: [`${person}`, same ? `${person}` : `${other}`],
  }
})

it('are the percentiles of figures of resampled pairs', () => {
  const found = pairIntervals(scored, { fars: [], seed: 4, replicates: 200 })
  // the same draws: people in the order in which they first appear among descending scores
  const sorted = [...scored].sort((a, b) => b.score - a.score)
  const people = [
    ...new Set(sorted.map(({ identities }) => identities[0])),
    ...sorted.filter(({ same }) => !same).map(({ identities }) => identities[1]),
  ]
  const names = [...new Set(people)]
  const draws = random(4, 'bootstrap')
  const figures: { readonly auc: number; readonly eer: number }[] = []
  for (let replicate = 0; replicate < 200; replicate++) {
    const drawn = new Map<string, number>()
    for (let i = 0; i < names.length; i++) {
      const name = names[draws.integer(names.length)] ?? ''
      drawn.set(name, (drawn.get(name) ?? 0) + 1)
    }
    const copies = sorted.flatMap((pair) => {
      const [a, b] = pair.identities.map((name) => drawn.get(name) ?? 0)
      return Array.from({ length: (a ?? 0) * (pair.same ? 1 : (b ?? 0)) }, () => pair)
    })
    if (!copies.some(({ same }) => same) || copies.every(({ same }) => same)) continue
    const curve = roc(copies)
    figures.push({ auc: auc(curve), eer: eer(curve) })
  }
  for (const name of ['auc', 'eer'] as const) {
    const values = Float64Array.from(figures, (one) => one[name]).sort()
    expect(found[name]?.low).toBeCloseTo(quantile(values, 0.025), 12)
    expect(found[name]?.high).toBeCloseTo(quantile(values, 0.975), 12)
  }
})

it('are left out where replicates lack a kind of pairs', () => {
  const single: readonly OwnedScore[] = [
    { same: true, score: 1, identities: ['a', 'a'] },
    { same: false, score: 0, identities: ['b', 'c'] },
  ]
  expect(pairIntervals(single, { fars: [], seed: 1 })).toEqual({ tar: [] })
})
