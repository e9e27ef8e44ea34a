import { expect, expectTypeOf, it } from 'vitest'
import { given } from './given.ts'

it('leaves out what is undefined, and nothing else', () => {
  const seed: number | undefined = [undefined, 3][1]
  const kept = given({ seed, name: '', none: null, zero: 0, threads: undefined })
  expect(Object.keys(kept)).toEqual(['seed', 'name', 'none', 'zero'])
  expectTypeOf(kept.seed).toEqualTypeOf<number | undefined>()
  const options: { readonly seed?: number } = given({ seed })
  expect(options).toEqual({ seed: 3 })
})
