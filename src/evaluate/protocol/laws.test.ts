import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DataError } from '../../base/errors.ts'
import { random } from '../../base/random.ts'
import { normalizeRows } from '../features.ts'
import type { Pair } from '../pair.ts'
import { verifyCentred } from './centred.ts'
import { contiguousFolds, runsOf } from './folds.ts'
import { groupResults } from './groups.ts'
import { ScoreHistogram } from './histogram.ts'
import { identifyProtocol } from './identify.ts'
import { templateCurve, verifyTemplates } from './ijb.ts'
import { insightfaceProtocol, pairDistances } from './insightface.ts'
import { megafaceProtocol, plainProduct, refineProbes } from './megaface.ts'
import { oneToOneErrors, searchErrorsAtFpir } from './nist.ts'
import { retrievalProtocol } from './retrieval.ts'
import { admittedWithin, countAtLeast, sortedAuc, sortedEer, sortScores, tarsAtFars } from './sorted.ts'
import { poolingInWords, poolTemplates } from './templates.ts'
import { meanFrames, scoreVideos, spreadFrames } from './video.ts'
import type { ScoredPair } from '../result.ts'
import { auc, eer, roc } from '../roc.ts'
import { operatingPoint } from '../threshold.ts'
import { verify } from '../verify.ts'

const coarseScores = fc.array(
  fc.record({ same: fc.boolean(), score: fc.integer({ min: -8, max: 8 }).map((value) => value / 8) }),
  { minLength: 2, maxLength: 60 },
)

describe('sorted scores', () => {
  it('agree with the curve that counts every threshold', () => {
    fc.assert(
      fc.property(coarseScores, fc.constantFrom(0, 0.05, 0.1, 0.3, 1), (drawn, far) => {
        const pairs = [...drawn, { same: true, score: 0.5 }, { same: false, score: 0 }]
        const curve = roc(pairs)
        const of = (same: boolean): Float64Array =>
          Float64Array.from(pairs.filter((pair) => pair.same === same).map(({ score }) => score))
        const scores = sortScores(of(true), of(false))
        expect(sortedAuc(scores)).toBeCloseTo(auc(curve), 12)
        expect(sortedEer(scores)).toBeCloseTo(eer(curve), 12)
        const [ours, theirs] = [admittedWithin(scores, far), operatingPoint(curve, far)]
        expect(ours.tar).toBeCloseTo(theirs.tar, 12)
        expect(ours.far).toBeLessThanOrEqual(far)
        if (ours.tar > 0) expect(ours.threshold).toBe(theirs.threshold)
      }),
      { seed: 11, numRuns: 300 },
    )
  })

  it('count and refuse', () => {
    expect([-1, 0.5, 1, 2].map((threshold) => countAtLeast(Float64Array.of(0.5, 0.5, 1), threshold))).toEqual(
      [3, 3, 1, 0],
    )
    expect(() => sortScores(Float64Array.of(NaN), Float64Array.of(1))).toThrow(DataError)
    expect(() => sortScores(Float64Array.of(), Float64Array.of(1))).toThrow('got 0 and 1')
    const few = sortScores(Float64Array.of(1), new Float64Array(99))
    expect(tarsAtFars(few, [0.1])[0]?.insufficient).toContain('it takes 100 such pairs')
  })
})

describe('folds in runs', () => {
  it('are those of KFold', () => {
    expect(runsOf(23).filter((fold) => fold === 2)).toHaveLength(3)
    expect(runsOf(23).filter((fold) => fold === 3)).toHaveLength(2)
    expect(runsOf(23)).toHaveLength(23)
    const sorted = Array.from({ length: 200 }, (_, i) => i < 100)
    // each run would hold one kind, and a threshold chosen on nine of them would favour the other kind
    expect(contiguousFolds(sorted)).toMatchObject({ how: 'tenths', oneKind: 10 })
    expect(contiguousFolds(sorted.map((_, i) => i % 2 === 0))).toMatchObject({ how: 'runs', oneKind: 0 })
    expect(contiguousFolds(sorted.map((_, i) => i < 5)).how).toBe('tenths')
    expect(contiguousFolds([true, false]).how).toBe('tenths')
  })
})

describe('insightface', () => {
  const same = Array.from({ length: 40 }, (_, i) => i % 2 === 0)

  it('accepts below the threshold, not at it, and takes the first best one', () => {
    const distances = Float64Array.from(same, (isSame) => (isSame ? 0.5 : 1.5))
    const result = insightfaceProtocol(distances, same)
    expect(result.accuracy).toBe(1)
    expect(result.distanceThresholds.every((threshold) => Math.abs(threshold - 0.51) < 1e-12)).toBe(true)
    expect(result.protocol).toContain('first')
    // beyond the grid nothing is accepted
    expect(
      insightfaceProtocol(
        Float64Array.from(same, (isSame) => (isSame ? 3.995 : 4)),
        same,
      ).accuracy,
    ).toBe(0.5)
  })

  it('refuses what carries no figure', () => {
    expect(() =>
      insightfaceProtocol(
        new Float64Array(40),
        same.map(() => true),
      ),
    ).toThrow(DataError)
    expect(() => insightfaceProtocol(new Float64Array(4), same.slice(0, 4))).toThrow('at least 10 pairs')
    expect(() => insightfaceProtocol(new Float64Array(40).fill(NaN), same)).toThrow('Pair 1')
    expect(() => pairDistances(new Float32Array(4), undefined, 2)).toThrow('no direction')
  })
})

/** People with features around their own directions. */
const people = (
  count: number,
  each: number,
  size: number,
  noise: number,
): { readonly data: Float32Array; readonly who: number[] } => {
  const stream = random(3, 'people')
  const centres = Float64Array.from({ length: count * size }, () => stream.normal())
  const who = Array.from({ length: count * each }, (_, i) => Math.floor(i / each))
  const data = Float32Array.from({ length: count * each * size }, (_, i) => {
    const person = Math.floor(i / size / each)
    return (centres[person * size + (i % size)] ?? NaN) + noise * stream.normal()
  })
  return { data: normalizeRows(data, size), who }
}

describe('centred verification', () => {
  const { data, who } = people(40, 2, 8, 0.3)
  // a shift all features share drowns the people; centring takes it away
  const shifted = normalizeRows(
    Float32Array.from(data, (value) => value + 0.6),
    8,
  )
  const names = who.map((_, i) => String(i))
  const pairs: Pair[] = who.flatMap((person, i) =>
    i % 2 === 1
      ? []
      : [
          { a: String(i), b: String(i + 1), same: true, fold: person % 10 },
          { a: String(i), b: String((i + 20 + 1) % 80), same: false, fold: person % 10 },
        ],
  )
  const set = { pairs, folds: 'given', skipped: 0 } as const

  it('takes away what all features share', () => {
    const templates = { names, size: 8, data: shifted }
    const plain = verify(set, templates, { flip: 'none', replicates: 0 }).result
    const centred = verifyCentred(set, templates, { flip: 'none', replicates: 0 }).result
    expect(centred.auc).toBeGreaterThan(plain.auc)
    expect(centred.protocol).toContain('raw features less the mean')
    expect(centred.thresholds).toHaveLength(10)
  })

  it('needs folds and templates', () => {
    const one = { ...set, pairs: pairs.map((pair) => ({ ...pair, fold: 0 })) }
    expect(() => verifyCentred(one, { names, size: 8, data }, { flip: 'none' })).toThrow('two folds')
    expect(() => verifyCentred(set, { names: [], size: 8, data }, { flip: 'none' })).toThrow('no template')
  })
})

describe('templates', () => {
  const flags = { flip: false, keepNorms: true, detectorScores: false }

  it('average a video before adding it', () => {
    const features = Float32Array.of(1, 0, 0, 1, 0, 1)
    const one = poolTemplates(
      { features, size: 2, templates: Int32Array.of(4, 4, 4), media: Int32Array.of(1, 2, 2) },
      flags,
    )
    expect([...one.data].map((value) => value.toFixed(4))).toEqual(['0.7071', '0.7071'])
    const each = poolTemplates(
      { features, size: 2, templates: Int32Array.of(4, 4, 4), media: Int32Array.of(1, 2, 3) },
      flags,
    )
    expect(each.data[1]).toBeCloseTo(2 / Math.sqrt(5), 6)
  })

  it('name flags in both spellings, and refuse what is missing', () => {
    expect(poolingInWords({ flip: true, keepNorms: true, detectorScores: true })).toContain(
      'N1D1F1 in eval_ijbc.py, N0D1F1 in ijb_evals.py',
    )
    const input = {
      features: Float32Array.of(1, 0),
      size: 2,
      templates: Int32Array.of(1),
      media: Int32Array.of(1),
    }
    expect(() => poolTemplates(input, { ...flags, detectorScores: true })).toThrow('`scores`')
    expect(() => poolTemplates({ ...input, features: new Float32Array(2) }, flags)).toThrow('no direction')
    const pooled = poolTemplates(input, flags)
    const pairs = { first: Int32Array.of(1, 1), second: Int32Array.of(1, 9), same: Uint8Array.of(1, 0) }
    expect(() => verifyTemplates(pooled, pairs, { pooling: '' })).toThrow('the template 9')
  })

  it('draw a falling curve', () => {
    const stream = random(4, 'curve')
    const scores = sortScores(
      Float64Array.from({ length: 200 }, () => 0.5 + stream.uniform() / 2),
      Float64Array.from({ length: 5000 }, () => stream.uniform()),
    )
    const points = templateCurve(scores, 50)
    expect(points[0]?.far).toBeCloseTo(1 / 5000, 12)
    expect(points.at(-1)?.far).toBe(1)
    for (const [i, { tar }] of points.entries()) expect(tar).toBeGreaterThanOrEqual(points[i - 1]?.tar ?? 0)
  })
})

describe('identification', () => {
  const subjects = { data: Float32Array.of(1, 0, 0, 1), size: 2, subjects: Int32Array.of(1, 2) }

  it('counts a tie against the mate, and the best template of a person', () => {
    const probes = { data: Float32Array.of(Math.SQRT1_2, Math.SQRT1_2), size: 2, subjects: Int32Array.of(1) }
    const [closed] = identifyProtocol(probes, [subjects], { ranks: [1, 2] }).galleries
    expect(closed?.closed.map(({ value }) => value)).toEqual([0, 1])
    const both = { data: Float32Array.of(0, 1, 1, 0), size: 2, subjects: Int32Array.of(1, 1) }
    expect(identifyProtocol(probes, [both]).galleries[0]?.closed[0]?.value).toBe(1)
  })

  it('refuses empty sides and strangers alone', () => {
    const stranger = { data: Float32Array.of(1, 0), size: 2, subjects: Int32Array.of(7) }
    expect(() => identifyProtocol(stranger, [subjects])).toThrow('No probe shows anybody')
    expect(() => identifyProtocol({ ...stranger, size: 3 }, [subjects])).toThrow('size 2')
  })

  it('sets the threshold for a share of false answers', () => {
    const searches = {
      subjects: Int32Array.of(1, 2),
      mate: Float64Array.of(0.9, 0.4),
      rank: Int32Array.of(1, 1),
      other: Float64Array.of(0, 0),
      nonMated: Float64Array.from({ length: 100 }, (_, i) => i / 200),
      strangers: Int32Array.from({ length: 100 }, (_, i) => 2 + i),
    }
    const errors = searchErrorsAtFpir(searches, 0.1)
    expect(errors?.fpir).toBeCloseTo(0.1, 12)
    expect(errors?.fnir).toBe(0.5)
    expect(searchErrorsAtFpir(searches, 0.003)).toBeUndefined()
  })
})

describe('MegaFace', () => {
  const { data, who } = people(6, 4, 8, 0.4)
  const probes = { data, size: 8, identities: Int32Array.from(who) }

  it('puts noisy probes at their person', () => {
    const refined = refineProbes(probes, (probe) => probe === 1)
    const row = (set: Float32Array, p: number): number[] => [...set.subarray(8 * p, 8 * p + 8)]
    expect(row(refined.data, 0)).toEqual(row(data, 0))
    expect(row(refined.data, 1)).not.toEqual(row(data, 1))
    expect(Math.hypot(...row(refined.data, 1))).toBeCloseTo(1, 5)
    expect(refineProbes(probes, () => true).data).toEqual(data)
  })

  it('refuses what carries no figure', async () => {
    const product = plainProduct(probes)
    await expect(megafaceProtocol(probes, [], product)).rejects.toThrow('got none')
    await expect(megafaceProtocol(probes, [new Float32Array(8).fill(NaN)], product)).rejects.toThrow(
      DataError,
    )
    const alone = { ...probes, identities: Int32Array.from(who, (_, i) => i) }
    await expect(megafaceProtocol(alone, [data], product)).rejects.toThrow('two probes of one person')
    const failing = async (block: Float32Array, count: number): Promise<Float32Array> => {
      if (count === 2) throw new Error('lost')
      return product(block, count)
    }
    const blocks = [data.subarray(0, 32), data.subarray(0, 16)]
    await expect(megafaceProtocol(probes, blocks, failing)).rejects.toThrow('lost')
  })

  it('forgets only what no threshold can need', () => {
    const stream = random(6, 'scores')
    const [all, tail] = [new ScoreHistogram(), new ScoreHistogram()]
    for (let round = 0; round < 40; round++) {
      // later scores lie lower than earlier ones, the worst that can happen to a floor
      const scores = Float32Array.from({ length: 500 }, () => stream.uniform() * (0.9 - round / 50) - 0.1)
      all.addColumns(scores, 500, 0, 500)
      tail.addColumns(scores, 500, 0, 500)
      tail.raiseFloor(Math.floor(0.01 * 20_000) + 1)
    }
    expect(tail.floor).toBeGreaterThan(0)
    expect(tail.total).toBe(20_000)
    for (const allowed of [0, 1, 7, 50, 199, 200]) {
      const threshold = all.thresholdWithin(allowed)
      expect(tail.thresholdWithin(allowed)).toBe(threshold)
      expect(tail.countFrom(threshold)).toBe(all.countFrom(threshold))
    }
    expect(() => tail.addColumns(Float32Array.of(NaN), 1, 0, 1)).toThrow('no cosines')
  })

  it('counts exactly at its grid', () => {
    const histogram = new ScoreHistogram()
    histogram.addColumns(Float32Array.of(-1, 0, 0.5, 1, 1.0000001, 9), 6, 0, 5)
    expect(histogram.total).toBe(5)
    expect(histogram.countFrom(0.5)).toBe(3)
    expect(histogram.countFrom(1)).toBe(2)
    expect(histogram.countFrom(histogram.thresholdWithin(2))).toBe(2)
    expect(histogram.countFrom(histogram.thresholdWithin(1))).toBe(0)
    for (const wrong of [1.01, -1.01, NaN])
      expect(() => new ScoreHistogram().addColumns(Float32Array.of(wrong), 1, 0, 1)).toThrow('no cosines')
  })
})

describe('video', () => {
  it('spreads frames evenly', () => {
    expect(spreadFrames(3, 5)).toEqual([0, 1, 2])
    expect(spreadFrames(10, 4)).toEqual([0, 3, 6, 9])
    expect(spreadFrames(9, 1)).toEqual([4])
  })

  it('names the frame without direction and the absent video', () => {
    const frames = { features: new Float32Array(2), size: 2, videos: ['a/1'] }
    expect(() => meanFrames(frames)).toThrow('frame 1 (a/1)')
    const pair = { a: 'a/1', b: 'b/1', same: false, fold: 0 }
    expect(() => scoreVideos([pair], { ...frames, features: Float32Array.of(1, 0) }, 'mean')).toThrow('b/1')
  })
})

describe('retrieval', () => {
  it('is perfect for copies and needs two images of somebody', async () => {
    const data = Float32Array.of(1, 0, 1, 0, 0, 1)
    const found = await retrievalProtocol(data, 2, Int32Array.of(5, 5, 6))
    expect([found.precisionAt1.value, found.mapAtR.value, found.alone]).toEqual([1, 1, 1])
    await expect(retrievalProtocol(data, 2, Int32Array.of(1, 2, 3))).rejects.toThrow(DataError)
  })
})

describe('groups', () => {
  const pair = (group: string, same: boolean, score: number, i: number): ScoredPair => ({
    a: `${group}/${i}a`,
    b: `${group}/${i}b`,
    same,
    fold: 0,
    score,
  })
  const many = (group: string, count: number, wrong: number): ScoredPair[] =>
    Array.from({ length: 2 * count }, (_, i) =>
      pair(group, i % 2 === 0, i < 2 * wrong === (i % 2 === 0) ? 0 : 1, i),
    )
  const groupOf = (image: string): string | undefined =>
    image.startsWith('?') ? undefined : image.split('/')[0]

  it('give no figure for few pairs, and mark only what lies apart', () => {
    const scored = [
      ...many('old', 200, 100),
      ...many('young', 200, 10),
      ...many('mid', 200, 12),
      ...many('few', 20, 9),
    ]
    const result = groupResults(
      [...scored, pair('?', true, 1, 0), { ...pair('old', true, 1, 0), b: 'young/1' }],
      groupOf,
      0.5,
    )
    expect([result.mixed, result.without]).toEqual([1, 1])
    const by = new Map(result.groups.map((group) => [group.group, group]))
    expect(by.get('few')?.fnmr).toBeUndefined()
    expect(by.get('few')?.insufficient).toContain('only 20 pairs of one person and 20 pairs of two people')
    expect(by.get('old')?.fnmr).toMatchObject({ value: 0.5, apart: true })
    expect(by.get('mid')?.fnmr?.value).toBeCloseTo(0.06, 12)
    const hub = many('crowded', 200, 10).map((one, i) => ({ ...one, identities: [`${i % 9}`, '0'] as const }))
    const crowded = groupResults(hub, groupOf, 0.5).groups[0]
    expect(crowded).toMatchObject({
      group: 'crowded',
      people: 9,
      insufficient: expect.stringContaining('only 9 people'),
    })
    expect(crowded?.fnmr).toBeUndefined()
    const alike = groupResults([...many('a', 200, 10), ...many('b', 200, 14)], groupOf, 0.5)
    expect(alike.groups.some(({ fnmr, fmr }) => fnmr?.apart === true || fmr?.apart === true)).toBe(false)
    expect(() => groupResults([pair('?', true, 1, 0)], groupOf, 0)).toThrow(DataError)
  })
})

describe("NIST's errors", () => {
  it('a failure never matches', () => {
    const errors = oneToOneErrors(
      { mated: Float64Array.of(0.9, 0.9), nonMated: new Float64Array(1000), failedMated: 2 },
      [1e-2],
    )
    expect(errors.fnmrAtFmr[0]?.fnmr).toBe(0.5)
    expect(errors.comparisons).toEqual({ mated: 4, nonMated: 1000, failed: 2 })
  })
})
