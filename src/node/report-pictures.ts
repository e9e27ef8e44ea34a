/** @file The pictures and angles of a run's page. */
import { identitiesOf } from '../evaluate/identities.ts'
import type { TemplateSet } from '../evaluate/features.ts'
import type { ScoredPair } from '../evaluate/result.ts'
import { alignmentPoints } from '../image/alignment.ts'
import type { Image } from '../image/image.ts'
import { networkCrop } from '../image/resample.ts'
import { random, shuffled } from '../base/random.ts'
import type { Dataset } from '../data/dataset.ts'
import type { Angles, Crop, PicturedPair } from '../report/contents.ts'
import type { TrainConfig } from '../train/config.ts'
import type { PairCrops } from './pair-validation.ts'

/** An image as a PNG data URI. */
export async function dataUri({ data, width, height }: Image): Promise<string> {
  const { default: sharp } = await import('sharp')
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  return `data:image/png;base64,${png.toString('base64')}`
}

const hardestCount = 12

/** The pairs furthest on the wrong side of the threshold, then the nearest misses, half of each kind. */
export async function picturedPairs(
  scored: readonly ScoredPair[],
  threshold: number,
  { names, crops }: PairCrops,
): Promise<PicturedPair[]> {
  const wrongness = ({ same, score }: ScoredPair): number => (same ? threshold - score : score - threshold)
  const worst = (same: boolean): ScoredPair[] =>
    scored
      .filter((pair) => pair.same === same)
      .toSorted((a, b) => wrongness(b) - wrongness(a))
      .slice(0, hardestCount / 2)
  const cropOf = new Map(names.map((name, index) => [name, crops[index]]))
  const picture = async (name: string): Promise<string> => {
    const crop = cropOf.get(name)
    return crop === undefined ? '' : dataUri(crop)
  }
  return Promise.all(
    [...worst(true), ...worst(false)].map(async (pair) => ({
      pair,
      pictureA: await picture(pair.a),
      pictureB: await picture(pair.b),
    })),
  )
}

/** Twelve training images exactly as the network sees them. */
export async function sampleCrops(dataset: Dataset, { size, seed }: TrainConfig): Promise<Crop[]> {
  const chosen = shuffled(
    dataset.samples.map((_, index) => index),
    random(seed, 'report', 'crops'),
  )
  const points = alignmentPoints(size)
  const crops: Crop[] = []
  for (const index of chosen) {
    if (crops.length === 12) break
    const image = await dataset.image(index).catch(() => undefined)
    const sample = dataset.samples[index]
    if (image === undefined || sample === undefined) continue
    const label = dataset.identities[sample.identity] ?? ''
    crops.push({ ...size, picture: await dataUri(networkCrop(image, size)), label, points })
  }
  return crops
}

const degrees = (cosine: number): number => (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI

/** Angles from images to their identity's mean direction, and between mean directions, for at most 200 identities. */
export function identityAngles(
  { names, size, data }: TemplateSet,
  scored: readonly ScoredPair[],
  name: string,
): Angles {
  const ownerOf = new Map<string, string>()
  const owners = identitiesOf(scored)
  scored.forEach(({ a, b }, index) => {
    const [first, second] = owners[index] ?? ['', '']
    ownerOf.set(a, first)
    ownerOf.set(b, second)
  })
  const rows = new Map<string, number[]>()
  names.forEach((image, row) => {
    const owner = ownerOf.get(image) ?? image
    rows.set(owner, [...(rows.get(owner) ?? []), row])
  })
  const groups = [...rows.values()].filter((group) => group.length >= 2).slice(0, 200)
  const centres = groups.map((group) => {
    const centre = new Float64Array(size)
    for (const row of group)
      for (let i = 0; i < size; i++) centre[i] = (centre[i] ?? 0) + (data[row * size + i] ?? 0)
    const length = Math.hypot(...centre)
    return centre.map((value) => value / length)
  })
  const dot = (a: ArrayLike<number>, start: number, b: ArrayLike<number>): number => {
    let total = 0
    for (let i = 0; i < size; i++) total += (a[start + i] ?? 0) * (b[i] ?? 0)
    return total
  }
  const none = new Float64Array(size)
  return {
    within: groups.flatMap((group, index) =>
      group.map((row) => degrees(dot(data, row * size, centres[index] ?? none))),
    ),
    between: centres.flatMap((centre, index) =>
      centres.slice(index + 1).map((other) => degrees(dot(centre, 0, other))),
    ),
    name,
  }
}
