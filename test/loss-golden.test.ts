import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { LossSettings } from '../src/loss/head.ts'
import { lossNames } from '../src/loss/registry.ts'
import { runHead } from './loss-oracle.ts'

interface GoldenCase {
  readonly title: string
  readonly loss: LossSettings
  readonly classes: number
  readonly embeddingSize: number
  readonly iteration: number
  readonly labels: readonly number[]
  readonly features: readonly number[]
  readonly values: Readonly<Record<string, readonly number[]>>
  readonly expected: {
    readonly loss: number
    readonly buffers: Readonly<Record<string, readonly number[]>>
    /** Absent exactly on a pole of θ, where only finiteness is asked. */
    readonly gradients?: Readonly<Record<string, readonly number[]>>
  }
}

const { cases }: { cases: readonly GoldenCase[] } = JSON.parse(
  readFileSync(new URL('golden/heads.json', import.meta.url), 'utf8'),
)

// options enter the graph as float32, so 0.35 differs from PyTorch's in the eighth digit
const relative = 2e-6

const expectClose = (got: readonly number[], wanted: readonly number[], what: string): void => {
  expect(got.length, what).toBe(wanted.length)
  const size = Math.max(1e-3, ...wanted.map(Math.abs))
  const worst = Math.max(
    0,
    ...got.map((value, index) => Math.abs(value - (wanted[index] ?? Number.NaN)) / size),
  )
  expect(worst, what).toBeLessThan(relative * 20)
}

describe('heads against PyTorch', () => {
  test('every loss has golden cases', () => {
    expect(new Set(cases.map((given) => given.loss.name))).toEqual(new Set(lossNames))
  })

  for (const given of cases) {
    test(given.title, () => {
      const got = runHead(given)
      const { expected } = given
      expect(Math.abs(got.loss - expected.loss)).toBeLessThan(relative * (1 + Math.abs(expected.loss)))
      for (const [name, wanted] of Object.entries(expected.buffers))
        expectClose(got.buffers[name] ?? [], wanted, name)
      for (const [name, wanted] of Object.entries(expected.gradients ?? {}))
        expectClose(got.gradients[name] ?? [], wanted, `gradient of ${name}`)
      for (const slope of Object.values(got.gradients)) expect(slope.every(Number.isFinite)).toBe(true)
      expect(Object.values(got.metrics).every(Number.isFinite)).toBe(true)
    })
  }
})
