import { expect, test } from 'vitest'
import { random } from '../base/random.ts'
import { classAngles } from './angles.ts'

test('angles of known directions', () => {
  const at = (degrees: number, length: number): number[] => [
    length * Math.cos((degrees * Math.PI) / 180),
    length * Math.sin((degrees * Math.PI) / 180),
  ]
  const { within, between } = classAngles({
    data: Float32Array.from([at(0, 1), at(20, 5), at(90, 2), at(90, 3), at(190, 1)].flat()),
    size: 2,
    labels: [0, 0, 1, 1, 2],
    name: 'made up',
  })
  expect(within.map((angle) => Math.round(angle * 100) / 100)).toEqual([20, 20, 0, 0])
  expect(between.map(Math.round).sort((a, b) => a - b)).toEqual([80, 100, 180])
})

test('embeddings at random are a right angle from the mean of their class', () => {
  const stream = random(1, 'angles')
  const { within, between } = classAngles({
    data: Float32Array.from({ length: 200 * 128 }, () => stream.normal()),
    size: 128,
    labels: Array.from({ length: 200 }, (_, i) => i % 40),
    name: 'noise',
    limit: 150,
  })
  expect([within.length, between.length]).toEqual([150, 150])
  const mean = within.reduce((sum, angle) => sum + angle, 0) / within.length
  expect(Math.abs(mean - 90)).toBeLessThan(2)
})

test('an embedding without direction and a class of one are left out', () => {
  const { within } = classAngles({
    data: Float32Array.from([0, 0, 1, 0, 0, 1]),
    size: 2,
    labels: [0, 0, 1],
    name: '',
  })
  expect(within).toEqual([])
})
