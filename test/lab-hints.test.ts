import { expect, it } from 'vitest'
import { marginHint } from '../studio/toy/margin-hint.ts'

it('calls the most of a margin only what can be reached', () => {
  expect(marginHint(0.2, 8, 2)).toBe('below 0.293, the most for 8 people in 2 dimensions (Eq 7)')
  expect(marginHint(0.2, 4, 3)).toBe('below 1.33, the most for 4 people in 3 dimensions (Eq 7)')
  expect(marginHint(0.9, 8, 3)).toBe('above 0.875, which nothing exceeds for 8 people in 3 dimensions (Eq 7)')
})
