import { expect, it } from 'vitest'
import { editDistance, nearest } from './names.ts'

it('counts edits, a swap of neighbours as one', () => {
  expect(editDistance('scale', 'scale')).toBe(0)
  expect(editDistance('sclae', 'scale')).toBe(1)
  expect(editDistance('', 'abc')).toBe(3)
})

it('knows a slip of the pen, and a name that was broken off', () => {
  const known = ['classes', 'embeddingSize', 'batch']
  expect(nearest('clases', known)).toBe('classes')
  expect(nearest('embeding', known)).toBe('embeddingSize')
  expect(nearest('emb', known)).toBeUndefined()
  expect(nearest('colour', known)).toBeUndefined()
})
