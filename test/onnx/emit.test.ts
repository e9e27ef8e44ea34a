import { beforeAll, describe, expect, test } from 'vitest'
import { shapeRules } from '../../src/graph/shape.ts'
import { choosePlan } from '../../src/onnx/choose.ts'
import { candidates, lowerings } from '../../src/onnx/lowerings.ts'
import { signatureOf } from '../../src/onnx/lowering.ts'
import { valuesOf } from '../../src/graph/order.ts'
import { makeCase, makers } from './cases.ts'
import { blockSizeHere, errorAgainstInterpreter } from './runtime.ts'

const tolerance = 2e-5
const seeds = Array.from({ length: 6 }, (_, seed) => seed)
let blockSize = 1

beforeAll(async () => {
  blockSize = await blockSizeHere()
})

test('every operation has a case', () => {
  expect(Object.keys(makers)).toEqual(expect.arrayContaining(Object.keys(shapeRules)))
})

describe('ONNX Runtime gives what the interpreter gives', () => {
  describe.each(['plain', undefined] as const)('forced: %s', (force) => {
    test.each(Object.keys(makers))('%s', async (name) => {
      for (const seed of seeds) {
        const { graph, feeds } = makeCase(name, seed)
        const plan = choosePlan([graph], ['w'], { device: 'cpu', blockSize, ...(force && { force }) })
        const error = await errorAgainstInterpreter(graph, feeds, plan)
        expect(error, `${name}, seed ${seed}`).toBeLessThan(tolerance)
      }
    })
  })

  test('by every lowering, not only the chosen one', async () => {
    const tried = new Set<string>()
    for (const name of Object.keys(makers)) {
      for (const seed of seeds) {
        const { graph, feeds } = makeCase(name, seed)
        const target = { device: 'cpu', blockSize } as const
        for (const value of valuesOf(graph)) {
          for (const lowering of candidates(value, target)) {
            if (candidates(value, target).length === 1) continue
            const overrides = { [signatureOf(value)]: lowering }
            const plan = choosePlan([graph], ['w'], { device: 'cpu', blockSize, overrides })
            const error = await errorAgainstInterpreter(graph, feeds, plan)
            expect(error, `${name} by ${lowering}, seed ${seed}`).toBeLessThan(tolerance)
            tried.add(`${value.kind} ${lowering}`)
          }
        }
      }
    }
    const known = Object.entries(lowerings).flatMap(([kind, list]) =>
      list.length > 1 ? list.map(({ name }) => `${kind} ${name}`) : [],
    )
    // exported models have tests of their own; without the blocked layout there is less to try
    const here = known.filter(
      (name) => !name.endsWith('depthwise') && (blockSize > 1 || !name.includes('blocked')),
    )
    expect([...tried].toSorted()).toEqual(here.toSorted())
  })
})
