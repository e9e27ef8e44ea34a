import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clusterFaces, type ClusterFace, type FaceLink } from '../../src/gallery/cluster.ts'
import { scoreClusters } from '../../src/gallery/cluster-score.ts'
import { plainScorer } from '../../src/gallery/score-blocks.ts'
import { face } from './fixture.ts'

const people = ['Anna', 'Bert', 'Cleo', 'Dora', 'Emil', 'Fred']

/** Five pictures of each, numbered by tens. */
const faces: readonly ClusterFace[] = people.flatMap((name, person) =>
  [0, 1, 2, 3, 4].map((picture) => ({
    id: 10 * person + picture,
    photograph: `${name} ${picture}`,
    embedding: face(name, picture),
  })),
)

const cluster = (some: readonly ClusterFace[], more: object = {}): Promise<ReadonlyMap<number, number>> =>
  clusterFaces({ faces: some, threshold: 0.75, scorer: plainScorer, ...more })

/** Which faces are together, whatever the numbers. */
const together = (clusters: ReadonlyMap<number, number>): readonly string[] => {
  const members = new Map<number, number[]>()
  for (const [id, number] of clusters) members.set(number, [...(members.get(number) ?? []), id])
  return [...members.values()].map((ids) => ids.toSorted((a, b) => a - b).join(' ')).toSorted()
}

describe('clustering', () => {
  it('finds the people', async () => {
    const clusters = await cluster(faces)
    const { pairwise, bcubed } = scoreClusters(
      faces.map(({ id }) => clusters.get(id) ?? -1),
      faces.map(({ id }) => Math.floor(id / 10)),
    )
    expect(pairwise.f).toBe(1)
    expect(bcubed.f).toBe(1)
  })

  it('does not depend on the order of arrival', async () => {
    const wanted = together(await cluster(faces))
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...faces], { minLength: faces.length }), async (shuffled) => {
        expect(together(await cluster(shuffled))).toEqual(wanted)
      }),
      { numRuns: 20, seed: 3 },
    )
  })

  it('keeps the numbers of clusters while faces come and go', async () => {
    await fc.assert(
      fc.asyncProperty(fc.subarray([...faces], { minLength: 5 }), async (some) => {
        const first = await cluster(some)
        const second = await cluster(faces, { before: first })
        // the people are well apart: whoever was found keeps their number
        for (const [id, number] of first) expect(second.get(id)).toBe(number)
        expect(await cluster(faces, { before: second })).toEqual(second)
      }),
      { numRuns: 20, seed: 4 },
    )
  })

  it('respects what was said by hand, in every later run too', async () => {
    const links: readonly FaceLink[] = [
      { kind: 'must', first: 0, second: 10 },
      { kind: 'cannot', first: 20, second: 21 },
    ]
    const clusters = await cluster(faces, { links })
    expect(clusters.get(0)).toBe(clusters.get(10))
    expect(clusters.get(20)).not.toBe(clusters.get(21))
    const again = await cluster(faces.slice(0, 25), { links, before: clusters })
    expect(again.get(0)).toBe(again.get(10))
    expect(again.get(20)).not.toBe(again.get(21))
    await expect(
      cluster(faces, { links: [...links, { kind: 'cannot', first: 10, second: 0 }] }),
    ).rejects.toThrow('said to be the same person and to be different ones')
  })

  it('takes two faces of one photograph as two people, unless somebody said otherwise', async () => {
    const twins = [
      { id: 1, photograph: 'both', embedding: face('Anna', 0) },
      { id: 2, photograph: 'both', embedding: face('Anna', 1) },
      { id: 3, photograph: 'one', embedding: face('Anna', 2) },
    ]
    const clusters = await cluster(twins)
    expect(clusters.get(1)).not.toBe(clusters.get(2))
    expect([clusters.get(1), clusters.get(2)]).toContain(clusters.get(3))
    const mirrored = await cluster(twins, { links: [{ kind: 'must', first: 1, second: 2 }] })
    expect(new Set(mirrored.values()).size).toBe(1)
  })

  it('lets poor faces join but found nobody', async () => {
    const poor = (id: number, name: string, picture: number): ClusterFace => ({
      id,
      photograph: `poor ${id}`,
      embedding: face(name, picture),
      isPoor: true,
    })
    const clusters = await cluster([...faces, poor(100, 'Anna', 7), poor(101, 'Zoe', 0), poor(102, 'Zoe', 1)])
    expect(clusters.get(100)).toBe(clusters.get(0))
    expect(clusters.has(101)).toBe(false)
    expect(clusters.has(102)).toBe(false)
  })

  it('never puts told-apart faces together, whatever is said', async () => {
    const pair = fc.tuple(fc.constantFrom(...faces), fc.constantFrom(...faces))
    await fc.assert(
      fc.asyncProperty(
        fc.array(pair, { maxLength: 8 }),
        fc.array(pair, { maxLength: 8 }),
        async (musts, cannots) => {
          const links = [
            ...musts.map(([a, b]) => ({ kind: 'must' as const, first: a.id, second: b.id })),
            ...cannots.map(([a, b]) => ({ kind: 'cannot' as const, first: a.id, second: b.id })),
          ]
          const clusters = await cluster(faces, { links }).catch(() => undefined)
          if (clusters === undefined) return
          for (const { kind, first, second } of links)
            expect(clusters.get(first) === clusters.get(second)).toBe(kind === 'must')
        },
      ),
      { numRuns: 40, seed: 5 },
    )
  })
})

describe('the scores of clusters', () => {
  it('are those worked out by hand', () => {
    // clusters aab|bb of people: pairs together 1 + 3 = 4, right 1 + 1 = 2, of one person 1 + 3 = 4
    const { pairwise, bcubed } = scoreClusters([1, 1, 1, 2, 2], ['a', 'a', 'b', 'b', 'b'])
    expect(pairwise).toEqual({ precision: 0.5, recall: 0.5, f: 0.5 })
    expect(bcubed.precision).toBeCloseTo((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5, 12)
    expect(bcubed.recall).toBeCloseTo((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5, 12)
  })
})
