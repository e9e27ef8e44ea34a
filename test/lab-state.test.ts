import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decisionRule } from '../src/experiment/decision-rule.ts'
import { buildHead } from '../src/loss/build.ts'
import { lossSettings } from '../studio/losses.ts'
import { initialState, labLosses, queryOf, stateOf } from '../studio/state.ts'
import { commandOf } from '../studio/toy/command.ts'

describe('the address of the lab', () => {
  test('says nothing where nothing was set', () => {
    expect(queryOf(initialState)).toBe('')
    expect(stateOf('')).toEqual({ state: initialState, complaints: [] })
  })

  test('gives back what was set', () => {
    const setting = fc.record({
      left: fc.constantFrom(...labLosses),
      right: fc.constantFrom(...labLosses, 'none' as const),
      scale: fc.double({ min: 1, max: 64, noNaN: true }),
      margin: fc.double({ min: 0, max: 1, noNaN: true }).map((m) => m + 0),
      classes: fc.integer({ min: 2, max: 16 }),
      seed: fc.integer({ min: 1, max: 9999 }),
      speed: fc.constantFrom('slow' as const, 'normal' as const, 'fast' as const),
    })
    fc.assert(
      fc.property(setting, (change) => {
        const state = { ...initialState, ...change }
        expect(stateOf(`?${queryOf(state)}`)).toEqual({ state, complaints: [] })
      }),
      { seed: 1 },
    )
  })

  test.each([
    ['m=2', '“m=2” in the address is not a number from 0 to 1; 0.2 is used.'],
    ['m=', '“m=” in the address is not a number from 0 to 1; 0.2 is used.'],
    ['c=2.5', '“c=2.5” in the address is not a whole number from 2 to 16; 8 is used.'],
    ['left=cosfase', '“left=cosfase” in the address is not one of softmax'],
    ['s=NaN', '“s=NaN” in the address is not a number from 1 to 64; 16 is used.'],
    ['sede=4', '“sede”, which is no setting of this page; perhaps “seed” was meant'],
    ['<script>=1', 'is no setting of this page'],
  ])('%s is answered with a word, and what is right beside it is kept', (query, complaint) => {
    const { state, complaints } = stateOf(`?${query}&lr=0.05`)
    expect(state).toEqual({ ...initialState, learningRate: 0.05 })
    expect(complaints).toHaveLength(1)
    expect(complaints[0]).toContain(complaint)
  })
})

test.each(labLosses)('%s is a loss with the page’s settings, in the plane and on the sphere', (name) => {
  const loss = lossSettings(name, initialState)
  expect(decisionRule(loss).own(1)).toBeLessThanOrEqual(1)
  for (const embeddingSize of [2, 3]) expect(buildHead(loss, { classes: 8, embeddingSize }).name).toBe(name)
})

test('the command beside the experiment says all that was set of it', () => {
  const usual = 'cosface toy --losses nsl,cosface --scale 16 --margin 0.2 --identities 8'
  expect(commandOf(initialState)).toBe(`${usual} --seed 1`)
  const turned = { ...initialState, learningRate: 0.05, seed: 3, dimensions: 3 }
  expect(commandOf(turned)).toBe(`${usual} --lr 0.05 --seed 3 --figures sphere`)
  const angular = { ...initialState, left: 'sphereface', right: 'arcface', multiplier: 3 } as const
  expect(commandOf(angular)).toContain('--losses sphereface:multiplier=3,arcface:marginRadians=0.3 ')
})

test('every section of the lab that docs/paper.md names is on the page, and every claim of the page is named', () => {
  const read = (file: string): string => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
  const page = read('studio/page.tsx')
  const titles = [
    ...page.matchAll(/<Claim id="\w+" title="([^"]+)"/g),
    ...page.matchAll(/<h2 id="[^"]+">([^<{]+)</g),
  ]
    .map(([, title = '']) => title)
    .toSorted()
  const named = new Set(
    [...read('docs/paper.md').matchAll(/“([^”]+)”/g)].map(([, title = '']) => title.replaceAll(/\s+/g, ' ')),
  )
  expect([...named].toSorted()).toEqual(titles)
})
