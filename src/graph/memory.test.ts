import { describe, expect, it } from 'vitest'
import { mostHeld } from './memory.ts'
import * as ops from './ops.ts'
import type { AnyValue } from './value.ts'

const x = ops.input('x', [10, 10])

describe('mostHeld', () => {
  it('lets go of a value after its last user', () => {
    // each step needs its input and its output, however long the chain
    let value = ops.exp(x)
    for (let i = 0; i < 5; i++) value = ops.exp(value)
    expect(mostHeld({ name: 'chain', outputs: { value } })).toBe(2 * 400)
  })

  it('keeps what is needed later, as gradients need activations, and what is returned', () => {
    const steps: AnyValue[] = [ops.exp(x)]
    for (let i = 0; i < 4; i++) steps.push(ops.exp(steps.at(-1) ?? x))
    const back = steps.reduceRight<AnyValue>((sum, step) => ops.multiply(sum, step), x)
    expect(mostHeld({ name: 'back', outputs: { back } })).toBe(6 * 400)
    const [first = x, , third = x] = steps
    expect(mostHeld({ name: 'outputs', outputs: { first, third } })).toBe(3 * 400)
  })

  it('counts a value once that is used twice, and a comparison by the byte', () => {
    const one = ops.exp(x)
    expect(mostHeld({ name: 'square', outputs: { y: ops.multiply(one, one) } })).toBe(2 * 400)
    expect(mostHeld({ name: 'above', outputs: { y: ops.greater(x, x) } })).toBe(100)
    expect(mostHeld({ name: 'fed', outputs: { x } })).toBe(0)
  })
})
