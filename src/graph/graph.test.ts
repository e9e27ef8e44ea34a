import { expect, test } from 'vitest'
import * as ops from './ops.ts'
import { inputsOf } from './order.ts'
import { labelled } from './node.ts'
import { printGraph } from './print.ts'
import { simplify } from './simplify.ts'
import { verifyGraph } from './verify.ts'
import { valuesOf } from './order.ts'

test('a graph prints one value a line with shapes and labels', () => {
  const x = ops.input('x', [1, 3, 8, 6])
  const w = ops.input('w', [4, 3, 3, 3])
  const y = labelled('stage1.conv', ops.conv2d(x, w, { stride: 2, padding: 1 }))
  expect(printGraph({ name: 'small', outputs: { y: ops.sum(y) } })).toMatchInlineSnapshot(`
    "graph small {
      %0 = input() x : float32[1, 3, 8, 6]
      %1 = input() w : float32[4, 3, 3, 3]
      %2 = conv2d(%0, %1) stride=2 padding=1 : float32[1, 4, 4, 3]  # stage1.conv
      %3 = sum(%2) axes=[0,1,2,3] keep=false : float32[]
      return y = %3
    }"
  `)
})

test('a node that breaks its law is never made, and the message names op and shapes', () => {
  expect(() => ops.matmul(ops.input('a', [2, 3]), ops.input('b', [2, 3]))).toThrow(
    'matmul: cannot multiply [2, 3] by [2, 3]',
  )
  expect(() => ops.add(ops.input('a', [2]), ops.input('b', [3]))).toThrow('add: [2] and [3] do not broadcast')
})

test('a forged node is found by the legality check', () => {
  const forged = { ...ops.add(ops.input('a', [2]), ops.scalar(1)), shape: [5] }
  expect(() => verifyGraph({ name: 'forged', outputs: { y: forged } })).toThrow(
    '%2 add claims float32[5] where its inputs give float32[2]',
  )
})

test('one name cannot stand for two inputs', () => {
  const sum = ops.add(ops.input('a', [2]), ops.input('a', [2]))
  expect(() => inputsOf({ name: 'twice', outputs: { sum } })).toThrow('two inputs named a')
})

test('simplify shares equal parts and drops idle steps', () => {
  const x = ops.input('x', [2, 3])
  const doubled = ops.add(ops.exp(x), ops.reshape(ops.exp(ops.multiply(x, 1)), [2, 3]))
  expect(valuesOf(simplify({ name: 's', outputs: { doubled } })).map((value) => value.kind)).toEqual([
    'input',
    'exp',
    'add',
  ])
})
