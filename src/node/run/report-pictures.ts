/** @file The pictures and angles of a run's page. */
import { angleSample } from '../../evaluate/angles.ts'
import { hardestPairs } from '../../evaluate/hardest.ts'
import { identitiesOf } from '../../evaluate/identities.ts'
import type { TemplateSet } from '../../evaluate/features.ts'
import type { ScoredPair } from '../../evaluate/result.ts'
import { alignmentPoints } from '../../image/alignment.ts'
import type { Image } from '../../image/image.ts'
import { networkCrop } from '../../image/resample.ts'
import { random, shuffled } from '../../base/random.ts'
import type { Dataset } from '../../data/dataset.ts'
import type { Angles, Crop, PicturedPair } from '../../report/contents.ts'
import type { TrainConfig } from '../../train/config.ts'
import type { PairCrops } from './pair-validation.ts'

/** An image as a PNG data URI. */
export async function dataUri({ data, width, height }: Image): Promise<string> {
  const { default: sharp } = await import('sharp')
  const png = await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
  return `data:image/png;base64,${png.toString('base64')}`
}

/** Hardest pairs shown of each kind. */
const shownPairs = 6

/** The hardest pairs of each kind with their crops. */
export async function picturedPairs(
  scored: readonly ScoredPair[],
  { names, crops }: PairCrops,
): Promise<PicturedPair[]> {
  const { same, different } = hardestPairs(scored, shownPairs)
  const cropOf = new Map(names.map((name, index) => [name, crops[index]]))
  const picture = async (name: string): Promise<string> => {
    const crop = cropOf.get(name)
    return crop === undefined ? '' : dataUri(crop)
  }
  return Promise.all(
    [...same, ...different].map(async (pair) => ({
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

/** Angles within and between the identities of scored pairs. */
export function identityAngles(templates: TemplateSet, scored: readonly ScoredPair[], name: string): Angles {
  const ownerOf = new Map<string, string>()
  const owners = identitiesOf(scored)
  scored.forEach(({ a, b }, index) => {
    const [first, second] = owners[index] ?? ['', '']
    ownerOf.set(a, first)
    ownerOf.set(b, second)
  })
  const identityOf = templates.names.map((image) => ownerOf.get(image) ?? image)
  return { ...angleSample(templates, identityOf), name }
}
