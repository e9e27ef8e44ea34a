import { expect, it } from 'vitest'
import { angleSample } from './angles.ts'

const names = ['a1', 'a2', 'b1', 'c1']
const at = (degrees: number): number[] => [
  Math.cos((degrees * Math.PI) / 180),
  Math.sin((degrees * Math.PI) / 180),
]

it('measures images against the others of their identity, and identities against each other', () => {
  const data = Float32Array.from([...at(0), ...at(20), ...at(100), ...at(70)])
  const { within, between, nearest } = angleSample({ names, size: 2, data }, ['a', 'a', 'b', 'c'])
  expect(within.map(Math.round)).toEqual([20, 20])
  expect(between.map(Math.round).toSorted((x, y) => x - y)).toEqual([30, 60, 90])
  expect(nearest.map(Math.round).toSorted((x, y) => x - y)).toEqual([30, 30, 60])
})

it('takes a seeded part of many identities', () => {
  const data = Float32Array.from(Array.from({ length: 40 }, (_, i) => at(i * 3)).flat())
  const set = { names: Array.from({ length: 40 }, (_, i) => `${i}`), size: 2, data }
  const sample = angleSample(set, set.names, { identities: 5, seed: 1 })
  expect(sample.between).toHaveLength(10)
  expect(sample).toEqual(angleSample(set, set.names, { identities: 5, seed: 1 }))
})
