import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { random } from '../base/random.ts'
import { calibrate, comparisonsFor } from './calibrate.ts'
import { calibrationMismatch, decidePair, oneIn, pointFor } from './calibration.ts'
import type { ScoringRule } from './calibration.ts'
import { comparisonsOf } from './comparisons.ts'
import type { Comparisons, LabelledFaces } from './comparisons.ts'
import type { EmbeddingOrigin } from './embedding-origin.ts'

const origin: EmbeddingOrigin = { model: 'm', detector: 'd', aligner: 'a/1', flip: 'none', size: 8 }
const pair: ScoringRule = { rule: 'pair', references: 1 }

/** `people` directions of 8 numbers with `images` noisy copies each. */
const madeFaces = (people: number, images: number, noise: number, seed = 3): LabelledFaces => {
  const size = 8
  const stream = random(seed, 'faces')
  const centres = Array.from({ length: people * size }, () => stream.normal())
  const rows = people * images
  const embeddings = new Float32Array(rows * size)
  const person = new Int32Array(rows)
  for (let row = 0; row < rows; row++) {
    const owner = row % people
    person[row] = owner
    const values = Array.from(
      { length: size },
      (_, i) => (centres[owner * size + i] ?? 0) + noise * stream.normal(),
    )
    embeddings.set(
      values.map((value) => value / Math.hypot(...values)),
      row * size,
    )
  }
  return { embeddings, size, person, people, failed: new Map() }
}

const shares = ({ first, second, scores }: Comparisons, threshold: number): { fmr: number; fnmr: number } => {
  const counts = { falseMatch: 0, nonMated: 0, missed: 0, mated: 0 }
  scores.forEach((score, i) => {
    if (first[i] === second[i]) {
      counts.mated++
      if (score < threshold) counts.missed++
    } else {
      counts.nonMated++
      if (score >= threshold) counts.falseMatch++
    }
  })
  return { fmr: counts.falseMatch / counts.nonMated, fnmr: counts.missed / counts.mated }
}

describe('a calibration', () => {
  it('states the rates that its thresholds have on its own comparisons, and never more than was asked for', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0.1, max: 1, noNaN: true }),
        (seed, noise) => {
          const faces = madeFaces(30, 4, noise, seed)
          const comparisons = comparisonsOf(faces, pair)
          const result = calibrate(comparisons, { origin, scoring: pair, title: 'made', replicates: 100 })
          expect(result.points.map(({ target }) => target)).toEqual([0.01])
          for (const { target, threshold, fmr, fnmr, fmrInterval } of result.points) {
            expect(fmr).toBeLessThanOrEqual(target)
            expect({ fmr, fnmr }).toEqual(shares(comparisons, threshold))
            // the next lower score would break the target: the threshold is the lowest there is
            const below = comparisons.scores.filter(
              (score, i) => score < threshold && comparisons.first[i] !== comparisons.second[i],
            )
            expect(shares(comparisons, Math.max(...below)).fmr).toBeGreaterThan(target)
            expect(fmrInterval?.low).toBeLessThanOrEqual(fmr)
            expect(fmrInterval?.high).toBeGreaterThanOrEqual(fmr)
          }
        },
      ),
      { seed: 5, numRuns: 20 },
    )
  })

  it('refuses a target that the data cannot carry, with how many comparisons it takes', () => {
    const comparisons = comparisonsOf(madeFaces(30, 4, 0.3), pair)
    expect(() =>
      calibrate(comparisons, { origin, scoring: pair, title: 'made', targets: [1e-2, 1e-4] }),
    ).toThrow('--fmr 0.0001 takes at least 100,000 comparisons of two people, got 6,960')
    expect(comparisonsFor(1e-4)).toBe(100_000)
    const few = comparisonsOf(madeFaces(5, 2, 0.3), pair)
    expect(() => calibrate(few, { origin, scoring: pair, title: 'made' })).toThrow(
      '40 comparisons of two people carry no false-match rate; 0.01 takes 1,000',
    )
    const single = comparisonsOf(madeFaces(60, 1, 0.3), pair)
    expect(() => calibrate(single, { origin, scoring: pair, title: 'made' })).toThrow(
      /No person has two usable faces/,
    )
  })

  it('counts photographs without a face as missed', () => {
    const faces = madeFaces(30, 4, 0.3)
    const whole = calibrate(comparisonsOf(faces, pair), {
      origin,
      scoring: pair,
      title: 'made',
      replicates: 100,
    })
    const comparisons = comparisonsOf({ ...faces, failed: new Map([[0, 2]]) }, pair)
    // two photographs of person 0: each with the four good ones, and with one another
    expect(comparisons.failedMated).toEqual([{ person: 0, count: 9 }])
    const failed = calibrate(comparisons, {
      origin,
      scoring: pair,
      title: 'made',
      failed: 2,
      replicates: 100,
    })
    const [before, after] = [whole.points[0], failed.points[0]]
    expect(after?.threshold).toBe(before?.threshold)
    expect(after?.fnmr).toBeCloseTo(((before?.fnmr ?? NaN) * 180 + 9) / 189, 12)
    expect(failed.source).toMatchObject({ mated: 189, nonMated: 6960, failed: 2 })
  })

  it('gives wider intervals than pairs would that were taken as independent', () => {
    const comparisons = comparisonsOf(madeFaces(40, 6, 0.8), pair)
    const [point] = calibrate(comparisons, { origin, scoring: pair, title: 'made' }).points
    const count = comparisons.scores.length
    const independent = Math.sqrt(((point?.fmr ?? NaN) * (1 - (point?.fmr ?? NaN))) / count)
    expect((point?.fmrInterval?.high ?? NaN) - (point?.fmrInterval?.low ?? NaN)).toBeGreaterThan(
      2 * 1.96 * independent,
    )
  })

  it('states the rates of groups at the same thresholds, and warns where none were measured', () => {
    const faces = madeFaces(40, 4, 0.6)
    const comparisons = comparisonsOf(faces, pair)
    const groups = new Map(Array.from({ length: 40 }, (_, person) => [person, person < 20 ? 'a' : 'b']))
    const result = calibrate(comparisons, { origin, scoring: pair, title: 'made', groups, replicates: 100 })
    const threshold = result.points[0]?.threshold ?? NaN
    expect(
      result.groups?.map(({ group, people, mated, nonMated }) => ({ group, people, mated, nonMated })),
    ).toEqual([
      { group: 'a', people: 20, mated: 120, nonMated: 3040 },
      { group: 'b', people: 20, mated: 120, nonMated: 3040 },
    ])
    const kept = [...comparisons.scores.keys()].filter(
      (i) => (comparisons.first[i] ?? 99) < 20 && (comparisons.second[i] ?? 99) < 20,
    )
    const inside: Comparisons = {
      ...comparisons,
      first: Int32Array.from(kept, (i) => comparisons.first[i] ?? -1),
      second: Int32Array.from(kept, (i) => comparisons.second[i] ?? -1),
      scores: Float32Array.from(kept, (i) => comparisons.scores[i] ?? NaN),
    }
    expect(result.groups?.[0]?.rates[0]).toMatchObject(shares(inside, threshold))
    expect(result.warnings).toEqual([expect.stringContaining('groups that were not measured')])
    expect(
      calibrate(comparisons, { origin, scoring: pair, title: 'made', replicates: 100 }).warnings,
    ).toEqual([expect.stringContaining('children')])
  })

  it('under the maximum of references needs a higher threshold the more there are', () => {
    const faces = madeFaces(60, 8, 0.8)
    const thresholds = [1, 2, 4].map((references) => {
      const scoring: ScoringRule = { rule: 'maximum', references }
      return calibrate(comparisonsOf(faces, scoring), { origin, scoring, title: 'made', replicates: 100 })
        .points[0]?.threshold
    })
    expect(thresholds).toEqual([...thresholds].sort((a, b) => (a ?? 0) - (b ?? 0)))
    expect(new Set(thresholds).size).toBe(3)
  })

  it('compares with references that are never their own probes', () => {
    const scoring: ScoringRule = { rule: 'mean', references: 3 }
    const comparisons = comparisonsOf(madeFaces(10, 5, 0.4), scoring)
    // ten templates of three, twenty faces left
    expect(comparisons.scores).toHaveLength(200)
    expect(
      [...comparisons.scores.keys()].filter((i) => comparisons.first[i] === comparisons.second[i]),
    ).toHaveLength(20)
  })

  it('holds only for what it was measured with', () => {
    const calibration = calibrate(comparisonsOf(madeFaces(30, 4, 0.3), pair), {
      origin,
      scoring: pair,
      title: 'made',
      replicates: 100,
    })
    expect(calibrationMismatch(calibration, origin, pair)).toBeUndefined()
    expect(calibrationMismatch(calibration, { ...origin, detector: 'x' }, pair)).toBe(
      'it is for the detector d, not x',
    )
    expect(calibrationMismatch(calibration, origin, { rule: 'maximum', references: 3 })).toBe(
      'it is for one face with one face, not for the best of 3 references',
    )
    expect(() => pointFor(calibration, 1e-4)).toThrow(
      '--fmr 0.0001 is not carried by the calibration (made); it has 0.01',
    )
    const point = pointFor(calibration, 0.01)
    expect(decidePair(point.threshold, point).decision).toBe('same')
    expect(decidePair(point.threshold - 1e-9, point).decision).toBe('different')
    expect([oneIn(1e-4), oneIn(0.05), oneIn(0)]).toEqual(['1 in 10,000', '5 in 100', 'none seen'])
  })
})
