import { expect, it } from 'vitest'
import { groupBy, placesOf } from './groups.ts'

it('puts items together by their key, in the order they come in', () => {
  expect([...groupBy('a1 b2 a3'.split(' '), (word) => word[0])]).toEqual([
    ['a', ['a1', 'a3']],
    ['b', ['b2']],
  ])
  expect([...groupBy(['x', 'y', 'z'], (_, place) => place % 2)]).toEqual([
    [0, ['x', 'z']],
    [1, ['y']],
  ])
})

it('finds the places of each key', () => {
  expect([...placesOf(Int32Array.of(7, 3, 7))]).toEqual([
    [7, [0, 2]],
    [3, [1]],
  ])
})
