import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError } from '../base/errors.ts'
import type { Dataset } from './dataset.ts'
import { splitIdentities } from './split.ts'
import { selectIdentities } from './subset.ts'

const people = (count: number, images = 3): { name: string; images: number }[] =>
  Array.from({ length: count }, (_, index) => ({ name: `p${index}`, images }))

const share = (value: number): { kind: 'share'; share: number } => ({ kind: 'share', share: value })
const none = { kind: 'none' } as const

describe('splitIdentities', () => {
  it('puts every identity in exactly one set, of the asked size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 200 }), fc.nat(), (count, seed) => {
        const split = splitIdentities(people(count), { validation: share(0.2), test: share(0.1) }, seed)
        const all = [...split.train, ...split.validation, ...split.test]
        expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index))
        expect(split.validation).toHaveLength(Math.max(2, Math.round(count * 0.2)))
        expect(split.test).toHaveLength(Math.max(2, Math.round(count * 0.1)))
      }),
    )
  })

  it('does not depend on the order of the identities', () => {
    const forwards = people(40)
    const backwards = forwards.toReversed()
    const rules = { validation: share(0.3), test: none }
    const named = (list: typeof forwards): Set<string> =>
      new Set(splitIdentities(list, rules, 9).validation.map((index) => list[index]?.name ?? ''))
    expect(named(forwards)).toEqual(named(backwards))
    expect(named(forwards)).not.toEqual(
      new Set(splitIdentities(forwards, rules, 10).validation.map((index) => `p${index}`)),
    )
  })

  it('moves at most a few when one identity is added', () => {
    const rules = { validation: share(0.2), test: none }
    const before = new Set(splitIdentities(people(100), rules, 1).validation)
    const after = splitIdentities(people(101), rules, 1).validation
    expect(after.filter((index) => !before.has(index)).length).toBeLessThanOrEqual(1)
  })

  it('never keeps an identity with one image for validation by share', () => {
    const mixed = people(60).map((person, index) => ({ ...person, images: index % 2 === 0 ? 1 : 4 }))
    const { validation } = splitIdentities(mixed, { validation: share(0.5), test: none }, 2)
    expect(validation).toHaveLength(15)
    expect(validation.every((index) => index % 2 === 1)).toBe(true)
  })

  it('takes names, tells those that are missing, and draws shares from the rest', () => {
    const test = { kind: 'names', names: ['p3', 'p1', 'p3', 'nobody'], source: 'test.txt' } as const
    const split = splitIdentities(people(30), { validation: share(0.9), test }, 1)
    expect(split.test).toEqual([1, 3])
    expect(split.missing).toEqual(['nobody'])
    expect(split.validation).toHaveLength(25)
    expect(split.validation).not.toContain(1)
  })

  it('refuses overlapping lists, lists of strangers, and shares that leave nothing', () => {
    const names = (list: string[]): { kind: 'names'; names: string[]; source: string } => ({
      kind: 'names',
      names: list,
      source: 'list.txt',
    })
    expect(() => splitIdentities(people(5), { validation: names(['p1']), test: names(['p1']) }, 1)).toThrow(
      'p1 is listed for validation and for test',
    )
    expect(() => splitIdentities(people(5), { validation: names(['q']), test: none }, 1)).toThrow(
      'None of the names in list.txt is among the identities',
    )
    expect(() => splitIdentities(people(3), { validation: share(0.5), test: none }, 1)).toThrow(DataError)
    expect(() => splitIdentities(people(30), { validation: share(1.5), test: none }, 1)).toThrow(
      '`validation`',
    )
  })
})

describe('selectIdentities', () => {
  const whole: Dataset = {
    identities: ['a', 'b', 'c'],
    samples: [0, 2, 1, 2].map((identity, index) => ({ id: `s${index}`, identity })),
    files: ['f0', 'f1', 'f2', 'f3'],
    image: async (index) => ({ height: 1, width: 1, data: new Uint8Array([index, 0, 0]) }),
    [Symbol.asyncDispose]: async () => {},
  }

  it('renumbers identities and keeps samples with their files and pixels', async () => {
    const part = selectIdentities(whole, [2, 0])
    expect(part.identities).toEqual(['c', 'a'])
    expect(part.samples).toEqual([
      { id: 's0', identity: 1 },
      { id: 's1', identity: 0 },
      { id: 's3', identity: 0 },
    ])
    expect(part.files).toEqual(['f0', 'f1', 'f3'])
    expect((await part.image(2)).data[0]).toBe(3)
    await expect(part.image(3)).rejects.toThrow('below 3')
  })
})
