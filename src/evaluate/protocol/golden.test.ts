/** @file Every protocol against figures that scripts/oracles/protocols.py computed by plain loops in NumPy. */
import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { signTest } from './compare.ts'
import { widenedQuantile } from './groups.ts'
import { identifyProtocol, search } from './identify.ts'
import {
  closestTars,
  scoreTemplatePairs,
  scoreTemplatePairsBy,
  templateFars,
  verifyTemplates,
} from './ijb.ts'
import { insightfaceProtocol, pairDistances } from './insightface.ts'
import { megafaceProtocol, plainProduct } from './megaface.ts'
import { fmrForFpir, fpirFromFmr, oneToOneErrors, searchErrors } from './nist.ts'
import { retrievalProtocol } from './retrieval.ts'
import { admittedWithin, sortedAuc, sortedEer, sortScores } from './sorted.ts'
import { poolTemplates } from './templates.ts'
import { scoreVideos } from './video.ts'

interface Figures {
  readonly within: readonly number[]
  readonly closest: readonly (readonly [tar: number, far: number])[]
  readonly auc: number
  readonly eer: number
}

interface Golden {
  readonly insightface: {
    readonly raw: readonly number[]
    readonly mirrored: readonly number[]
    readonly size: number
    readonly same: readonly boolean[]
    readonly distances: readonly number[]
    readonly result: {
      readonly accuracy: number
      readonly std: number
      readonly thresholds: readonly number[]
      readonly val: number
      readonly valStd: number
      readonly valFar: number
    }
  }
  readonly templates: {
    readonly features: readonly number[]
    readonly mirrored: readonly number[]
    readonly size: number
    readonly templates: readonly number[]
    readonly media: readonly number[]
    readonly scores: readonly number[]
    readonly ids: readonly number[]
    readonly pooled: Readonly<Record<string, readonly number[]>>
    readonly first: readonly number[]
    readonly second: readonly number[]
    readonly same: readonly number[]
    readonly result: Figures
  }
  readonly scores: {
    readonly same: readonly number[]
    readonly different: readonly number[]
    readonly result: Figures
  }
  readonly identify: {
    readonly gallery: readonly number[]
    readonly galleryIds: readonly number[]
    readonly probes: readonly number[]
    readonly probeIds: readonly number[]
    readonly ranks: readonly number[]
    readonly closed: readonly number[]
    readonly open: readonly (readonly [ours: number, reference: number])[]
    readonly errors: { readonly threshold: number; readonly fpir: number; readonly fnir: readonly number[] }
  }
  readonly megaface: {
    readonly probes: readonly number[]
    readonly who: readonly number[]
    readonly distractors: readonly number[]
    readonly sizes: readonly number[]
    readonly cmc: readonly (readonly number[])[]
    readonly tar: readonly number[]
    readonly positives: number
    readonly negatives: number
  }
  readonly video: {
    readonly frames: readonly number[]
    readonly videos: readonly string[]
    readonly pairs: readonly (readonly [string, string])[]
    readonly mean: readonly number[]
    readonly closest: readonly number[]
    readonly average: readonly number[]
  }
  readonly retrieval: {
    readonly items: readonly number[]
    readonly labels: readonly number[]
    readonly precisionAt1: number
    readonly rPrecision: number
    readonly mapAtR: number
    readonly queries: number
  }
  readonly nist: {
    readonly failed: number
    readonly failedNonMated: number
    readonly fnmr: readonly number[]
    readonly fpir: readonly number[]
    readonly fmrFor: number
  }
  readonly compare: readonly (readonly [hits: number, count: number, pValue: number])[]
  readonly widened: readonly (readonly [groups: number, z: number])[]
}

const golden = JSON.parse(
  await readFile(new URL('../../../test/golden/protocols.json', import.meta.url), 'utf8'),
) as Golden

const close = (got: ArrayLike<number>, wanted: readonly number[], digits: number): void => {
  expect(got.length).toBe(wanted.length)
  wanted.forEach((value, i) => expect(got[i], `at ${i}`).toBeCloseTo(value, digits))
}

describe('insightface', () => {
  const { raw, mirrored, size, same, distances, result } = golden.insightface

  it('measures squared distances of summed features', () => {
    close(pairDistances(Float32Array.from(raw), Float32Array.from(mirrored), size), distances, 12)
  })

  it('finds accuracy, thresholds and VAL', () => {
    const found = insightfaceProtocol(Float64Array.from(distances), same)
    expect(found.accuracy).toBeCloseTo(result.accuracy, 12)
    expect(found.populationStd).toBeCloseTo(result.std, 12)
    expect(found.populationStd).toBeCloseTo(3 * found.standardError, 12)
    close(found.distanceThresholds, result.thresholds, 12)
    expect(found.val).toBeCloseTo(result.val, 12)
    expect(found.valStd).toBeCloseTo(result.valStd, 12)
    expect(found.valFar).toBeCloseTo(result.valFar, 12)
  })
})

const asFigures = ({ within, closest, auc, eer }: Figures, found: Figures): void => {
  close(found.within, within, 12)
  closest.forEach((point, i) => close(found.closest[i] ?? [], point, 12))
  expect(found.auc).toBeCloseTo(auc, 12)
  expect(found.eer).toBeCloseTo(eer, 12)
}

describe('sorted scores', () => {
  it('give TARs, AUC and EER among many ties', () => {
    const scores = sortScores(
      Float64Array.from(golden.scores.same),
      Float64Array.from(golden.scores.different),
    )
    asFigures(golden.scores.result, {
      within: templateFars.map((far) => admittedWithin(scores, far).tar),
      closest: closestTars(scores, templateFars).map(({ tar, reachedFar }) => [tar, reachedFar]),
      auc: sortedAuc(scores),
      eer: sortedEer(scores),
    })
  })
})

describe('templates', () => {
  const given = golden.templates
  const input = {
    features: Float32Array.from(given.features),
    mirrored: Float32Array.from(given.mirrored),
    size: given.size,
    templates: Int32Array.from(given.templates),
    media: Int32Array.from(given.media),
    scores: Float32Array.from(given.scores),
  }
  const pairs = {
    first: Int32Array.from(given.first),
    second: Int32Array.from(given.second),
    same: Uint8Array.from(given.same),
  }

  it.each(Object.keys(given.pooled))('pool as N%s says', (flags) => {
    const [keepNorms, detectorScores, flip] = [...flags].map((flag) => flag === '1') as [
      boolean,
      boolean,
      boolean,
    ]
    const pooled = poolTemplates(input, { keepNorms, detectorScores, flip })
    expect([...pooled.ids]).toEqual(given.ids)
    close(pooled.data, given.pooled[flags] ?? [], 6)
  })

  it('are verified', async () => {
    const pooled = poolTemplates(input, { keepNorms: true, detectorScores: true, flip: true })
    const result = verifyTemplates(pooled, pairs, { pooling: 'x', replicates: 50 })
    const scores = scoreTemplatePairs(pooled, pairs)
    const sorted = sortScores(scores.same, scores.different)
    asFigures(given.result, {
      within: templateFars.map((far) => admittedWithin(sorted, far).tar),
      closest: result.closest.map(({ tar, reachedFar }) => [tar, reachedFar]),
      auc: result.auc,
      eer: result.eer,
    })
    const by = await scoreTemplatePairsBy(pooled, pairs, async (rows) =>
      plainProduct({ ...rows, identities: new Int32Array(0) }),
    )
    const again = scoreTemplatePairs(pooled, pairs)
    close(by.same, [...again.same], 6)
    close(by.different, [...again.different], 6)
    // 780 pairs carry 0.1 and no FAR below 0.013
    expect(result.tarAtFar.map(({ insufficient }) => insufficient === undefined)).toEqual([
      false,
      false,
      false,
      false,
      false,
      true,
    ])
    const last = result.tarAtFar.at(-1)
    expect(last?.tar).toBeCloseTo(given.result.within.at(-1) ?? NaN, 12)
    expect(last?.interval?.low).toBeLessThanOrEqual(last?.tar ?? NaN)
    expect(last?.interval?.high).toBeGreaterThanOrEqual(last?.tar ?? NaN)
  })
})

describe('identification', () => {
  const given = golden.identify
  const probes = {
    data: Float32Array.from(given.probes),
    size: 16,
    subjects: Int32Array.from(given.probeIds),
  }
  const gallery = {
    data: Float32Array.from(given.gallery),
    size: 16,
    subjects: Int32Array.from(given.galleryIds),
  }

  it('finds ranks, TPIR and the reference rule', () => {
    expect([...search(probes, gallery).rank]).toEqual(given.ranks)
    const { galleries, mean } = identifyProtocol(probes, [gallery, gallery], {
      ranks: [1, 2, 5],
      fpirs: [0.1, 0.2],
    })
    close(galleries[0]?.closed.map(({ value }) => value) ?? [], given.closed, 12)
    close(
      mean.closed.map(({ value }) => value),
      given.closed,
      12,
    )
    given.open.forEach(([ours, reference], i) => {
      expect(galleries[1]?.open[i]?.tpir).toBeCloseTo(ours, 12)
      expect(galleries[1]?.open[i]?.reference).toBeCloseTo(reference, 12)
      expect(mean.open[i]?.tpir).toBeCloseTo(ours, 12)
    })
    expect(
      identifyProtocol(probes, [gallery], { fpirs: [0.01] }).galleries[0]?.open[0]?.insufficient,
    ).toBeDefined()
  })

  it('gives FPIR and FNIR at a threshold', () => {
    const { threshold, fpir, fnir } = given.errors
    const found = search(probes, gallery)
    expect(searchErrors(found, threshold).fpir).toBeCloseTo(fpir, 12)
    close(
      [1, 2].map((rank) => searchErrors(found, threshold, rank).fnir),
      fnir,
      12,
    )
  })
})

describe('MegaFace', () => {
  const given = golden.megaface
  const probes = { data: Float32Array.from(given.probes), size: 16, identities: Int32Array.from(given.who) }

  it.each([1, 7, 100, 1200])('gives CMC and TAR from blocks of %i', async (rows) => {
    const all = Float32Array.from(given.distractors)
    const blocks = Array.from({ length: Math.ceil(1200 / rows) }, (_, i) =>
      all.subarray(i * rows * 16, (i + 1) * rows * 16),
    )
    const options = { sizes: [10, 100, 1000], ranks: [1, 5, 10], fars: [1e-3, 1e-2, 1e-1], replicates: 20 }
    const { result } = await megafaceProtocol(probes, blocks, plainProduct(probes), options)
    // scores that no threshold can need are left uncounted where the number of distractors is known
    const known = await megafaceProtocol(probes, blocks, plainProduct(probes), { ...options, expected: 1200 })
    expect(known.result).toEqual(result)
    const few = megafaceProtocol(probes, blocks, plainProduct(probes), { ...options, expected: 1199 })
    await expect(few).rejects.toThrow('at most 1199')
    expect(result.identification.map(({ distractors }) => distractors)).toEqual(given.sizes)
    given.cmc.forEach((values, i) =>
      close(result.identification[i]?.cmc.map(({ value }) => value) ?? [], values, 12),
    )
    close(
      result.tarAtFar.map(({ tar }) => tar ?? NaN),
      given.tar,
      12,
    )
    expect(result.pairs).toEqual({ same: given.positives, different: given.negatives })
  })
})

describe('video', () => {
  const given = golden.video
  const frames = { features: Float32Array.from(given.frames), size: 4, videos: given.videos }
  const pairs = given.pairs.map(([a, b]) => ({ a, b, same: true, fold: 0 }))

  it.each(['mean', 'closest', 'average'] as const)('%s', (pooling) => {
    close(
      scoreVideos(pairs, frames, pooling).map(({ score }) => score),
      given[pooling],
      6,
    )
  })
})

describe('retrieval', () => {
  it('gives precision at 1, R-precision and MAP@R with ties', async () => {
    const given = golden.retrieval
    const found = await retrievalProtocol(Float32Array.from(given.items), 16, Int32Array.from(given.labels), {
      replicates: 20,
    })
    expect(found.precisionAt1.value).toBeCloseTo(given.precisionAt1, 12)
    expect(found.rPrecision.value).toBeCloseTo(given.rPrecision, 12)
    expect(found.mapAtR.value).toBeCloseTo(given.mapAtR, 12)
    expect([found.queries, found.alone]).toEqual([given.queries, 40 - given.queries])
  })
})

describe("NIST's terms", () => {
  it('counts failures as misses and sets thresholds on strangers alone', () => {
    const found = oneToOneErrors(
      {
        mated: Float64Array.from(golden.scores.same),
        nonMated: Float64Array.from(golden.scores.different),
        failedMated: golden.nist.failed,
        failedNonMated: golden.nist.failedNonMated,
      },
      [1e-2, 1e-1, 1e-6],
    )
    close(
      found.fnmrAtFmr.flatMap(({ fnmr }) => fnmr ?? []),
      golden.nist.fnmr,
      12,
    )
    expect(found.fnmrAtFmr[2]?.insufficient).toContain('insufficient')
    // along the curve one falls as the other rises
    for (const [i, point] of found.det.entries()) {
      expect(point.fmr).toBeGreaterThanOrEqual(found.det[i - 1]?.fmr ?? 0)
      expect(point.fnmr).toBeLessThanOrEqual(found.det[i - 1]?.fnmr ?? 1)
    }
  })

  it('relates 1:1 to 1:N', () => {
    close([fpirFromFmr(1e-4, 1000), fpirFromFmr(1e-12, 5)], golden.nist.fpir, 9)
    expect(fpirFromFmr(1e-12, 5)).toBeCloseTo(5e-12, 20)
    expect(fmrForFpir(0.01, 1000)).toBeCloseTo(golden.nist.fmrFor, 12)
  })
})

describe('tests and intervals', () => {
  it('the sign test is exact', () => {
    for (const [hits, count, pValue] of golden.compare) expect(signTest(hits, count)).toBeCloseTo(pValue, 9)
  })

  it('intervals widen with the number of groups', () => {
    for (const [groups, z] of golden.widened) expect(widenedQuantile(groups)).toBeCloseTo(z, 9)
  })
})
