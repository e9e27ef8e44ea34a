/** @file Feeding a model in other ways than its contract says, on a few pairs, to find out whether the contract is right. */
import { mapBounded } from '../../base/concurrency.ts'
import { DataError } from '../../base/errors.ts'
import type { ContractGuess, CropRule, FedScores, Feeding } from '../../evaluate/contract-guess.ts'
import { guessContract, otherCrops, otherFeedings, separation } from '../../evaluate/contract-guess.ts'
import { cosine } from '../../evaluate/features.ts'
import type { Pair } from '../../evaluate/pair.ts'
import type { Image, Size } from '../../image/image.ts'
import { normalise } from '../../image/normalise.ts'
import { coverRegion, networkCrop, resampleRegion, resize } from '../../image/resample.ts'
import type { EmbeddingModel } from '../../model/contract.ts'

export interface GuessOptions {
  /** Pairs tried, half of each kind where there are so many. @defaultValue 200 */
  readonly pairs?: number
  /** @defaultValue 16 */
  readonly batch?: number
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}

/** Of a photograph's side, about what an aligned crop takes. */
const tighter = 0.62
const looser = 1.25

const zoomed = (image: Image, size: Size, factor: number): Image => {
  const { top, left, height, width } = coverRegion(image, size)
  const [tall, wide] = [height * factor, width * factor]
  return resampleRegion(
    image,
    { top: top + (height - tall) / 2, left: left + (width - wide) / 2, height: tall, width: wide },
    size,
  )
}

const crops: Readonly<Record<CropRule, (image: Image, size: Size) => Image>> = {
  cover: networkCrop,
  squeezed: resize,
  tighter: (image, size) => zoomed(image, size, tighter),
  looser: (image, size) => zoomed(image, size, looser),
}

/** Some pairs of either kind, spread evenly over the list. */
export function somePairs(pairs: readonly Pair[], count: number): readonly Pair[] {
  const spread = (kind: readonly Pair[]): readonly Pair[] => {
    const taken = Math.min(kind.length, Math.floor(count / 2))
    const places = new Set(Array.from({ length: taken }, (_, i) => Math.floor((i * kind.length) / taken)))
    return kind.filter((_, place) => places.has(place))
  }
  return [...spread(pairs.filter(({ same }) => same)), ...spread(pairs.filter(({ same }) => !same))]
}

const leastOfEach = 20

/**
 * Tries channel orders, scales and crops on some of the pairs. Mirror images are not used, and the model is not changed.
 * @throws DataError with fewer than 20 pairs of either kind
 */
export async function checkContract(
  model: Pick<EmbeddingModel, 'contract' | 'embed'>,
  pairs: readonly Pair[],
  readImage: (name: string) => Promise<Image>,
  options: GuessOptions = {},
): Promise<ContractGuess> {
  const { batch = 16, signal, onProgress } = options
  const { input, channels, mean, std, embeddingSize } = model.contract
  const tried = somePairs(pairs, options.pairs ?? 200)
  const same = tried.map((pair) => pair.same)
  for (const kind of [true, false])
    if (same.filter((value) => value === kind).length < leastOfEach)
      throw new DataError(
        `Expected at least ${leastOfEach} pairs of ${kind ? 'the same person' : 'different people'} to check the contract on`,
      )
  const names = [...new Set(tried.flatMap(({ a, b }) => [a, b]))]
  const places = new Map(names.map((name, place) => [name, place]))
  const images = await mapBounded(names, 4, readImage)
  const given: Feeding = { channels, mean, std, crop: 'cover' }
  const first = otherFeedings(given)
  // images of the input's own shape cannot be squeezed
  const hasShape = images.every(({ height, width }) => height * input.width === width * input.height)
  const cropsToTry = (feeding: Feeding): readonly Feeding[] =>
    otherCrops(feeding).filter(({ crop }) => crop !== 'squeezed' || !hasShape)
  const total = (1 + first.length + cropsToTry(given).length) * images.length
  let done = 0
  const scoresOf = async (feeding: Feeding): Promise<FedScores> => {
    const rows = new Float32Array(images.length * embeddingSize)
    for (let start = 0; start < images.length; start += batch) {
      signal?.throwIfAborted()
      const some = images.slice(start, start + batch).map((image) => crops[feeding.crop](image, input))
      rows.set(await model.embed(normalise(some, feeding), some.length), start * embeddingSize)
      done += some.length
      onProgress?.(done, total)
    }
    const at = (name: string): number => (places.get(name) ?? 0) * embeddingSize
    const scores = Float64Array.from(tried, ({ a, b }) => {
      const score = cosine(rows, at(a), rows, at(b), embeddingSize)
      // a way of feeding that breaks the model is no better one
      return Number.isFinite(score) ? score : 0
    })
    return { feeding, scores }
  }
  const own = await scoresOf(given)
  const others: FedScores[] = []
  for (const feeding of first) others.push(await scoresOf(feeding))
  const dPrime = ({ scores }: FedScores): number => separation(scores, same).dPrime
  const best = others.reduce((before, one) => (dPrime(one) > dPrime(before) ? one : before), own)
  const clear = guessContract(same, own, others).better === undefined ? own : best
  for (const feeding of cropsToTry(clear.feeding)) others.push(await scoresOf(feeding))
  return guessContract(same, own, others)
}
