import { describe, expect, it } from 'vitest'
import { random } from '../../base/random.ts'
import type { CropRule, Feeding } from '../../evaluate/contract-guess.ts'
import { guessContract, otherFeedings } from '../../evaluate/contract-guess.ts'
import type { Pair } from '../../evaluate/pair.ts'
import type { Image, Size } from '../../image/image.ts'
import { resize } from '../../image/resample.ts'
import { contractOf } from '../../model/contract-id.ts'
import type { EmbeddingModel } from '../../model/contract.ts'
import { checkContract, somePairs } from './contract-guess.ts'

const size: Size = { height: 16, width: 16 }
const cells = 4

/** A person's pattern is in the red channel; blue and what lies around the pattern is each image's own. */
const picture = (person: number, take: number, border = 0): Image => {
  const [own, noise] = [random(1, 'person', person), random(1, 'image', person, take)]
  const pattern = Array.from({ length: cells * cells }, () => own.integer(256))
  const side = 16 + 2 * border
  const data = Uint8Array.from({ length: 3 * side * side }, () => noise.integer(256))
  for (let y = 0; y < 16; y++)
    for (let x = 0; x < 16; x++) {
      const value = pattern[Math.floor(y / 4) * cells + Math.floor(x / 4)] ?? 0
      const at = 3 * ((y + border) * side + x + border)
      data[at] = Math.max(0, Math.min(255, value + noise.integer(61) - 30))
    }
  return { height: side, width: side, data }
}

/** A model that was trained on `right`: what it sees otherwise it cannot use. Its contract says `given`. */
const model = (
  right: Omit<Feeding, 'crop'>,
  given: Omit<Feeding, 'crop'>,
): Pick<EmbeddingModel, 'contract' | 'embed'> => ({
  contract: contractOf({ ...given, input: size, flip: 'none', embeddingSize: 16, weights: 'x' }),
  embed: async (pixels, count) => {
    const rows = new Float32Array(count * 16)
    for (let n = 0; n < count; n++)
      for (let i = 0; i < 256; i++) {
        const red = pixels[n * 768 + (right.channels === 'rgb' ? 0 : 512) + i] ?? NaN
        const level = Math.tanh((red * right.std + right.mean - 127.5) / 60)
        const at = n * 16 + Math.floor(i / 64) * 4 + (Math.floor(i / 4) % 4)
        rows[at] = (rows[at] ?? NaN) + Math.round(20 * level) + 0.01
      }
    return rows
  },
})

const pairs: Pair[] = Array.from({ length: 100 }, (_, k) => ({
  a: `${k}/1`,
  b: k % 2 === 0 ? `${k}/2` : `${k + 1}/1`,
  same: k % 2 === 0,
  fold: 0,
}))
const imageOf =
  (border = 0, shape = size) =>
  async (name: string): Promise<Image> => {
    const [person = 0, take = 0] = name.split('/').map(Number)
    const image = picture(person, take, border)
    return shape === size ? image : resize(image, shape)
  }

const rgb = { channels: 'rgb', mean: 127.5, std: 128 } as const
const unit = { channels: 'rgb', mean: 0, std: 255 } as const
const raw = { channels: 'bgr', mean: 0, std: 1 } as const

describe('checkContract', () => {
  it.each([rgb, unit, raw])('finds nothing wrong where the contract is right: %j', async (right) => {
    const guess = await checkContract(model(right, right), pairs, imageOf())
    expect(guess.better).toBeUndefined()
    expect(guess.given.accuracy).toBeGreaterThan(0.9)
    expect(guess.sentence).toMatch(/^On 100 pairs no other channel order, scale or crop is clearly better/)
  })

  it.each<[string, Omit<Feeding, 'crop'>, Omit<Feeding, 'crop'>, Partial<Feeding>, string]>([
    ['channel order', rgb, { ...rgb, channels: 'bgr' }, rgb, 'RGB instead of BGR (--channels rgb)'],
    ['scale', rgb, { ...raw, channels: 'rgb' }, rgb, 'pixels from −1 to 1 instead of pixels from 0 to 255'],
    ['0 to 255', { ...raw, channels: 'rgb' }, rgb, { mean: 0, std: 1 }, '(--mean 0 --std 1)'],
    ['both', raw, unit, raw, 'BGR instead of RGB (--channels bgr) and pixels from 0 to 255'],
  ])('names the mistake: %s', async (_what, right, given, better, words) => {
    const guess = await checkContract(model(right, given), pairs, imageOf())
    expect(guess.better?.feeding).toMatchObject(better)
    expect(guess.sentence).toContain(words)
    expect(guess.sentence).toContain('Nothing was changed.')
  })

  it.each<[CropRule, number, Size, string]>([
    ['tighter', 5, size, 'more around the face'],
    ['squeezed', 0, { height: 16, width: 48 }, 'the whole image brought to'],
  ])('names images that are not cut as the model wants: %s', async (crop, border, shape, words) => {
    const guess = await checkContract(model(rgb, rgb), pairs, imageOf(border, shape))
    expect(guess.better?.feeding).toEqual({ ...rgb, crop })
    expect(guess.sentence).toContain(words)
  })

  it('wants enough pairs of either kind, and takes them from everywhere', async () => {
    const few = pairs.slice(0, 30)
    await expect(checkContract(model(rgb, rgb), few, imageOf())).rejects.toThrow('at least 20 pairs')
    const some = somePairs(pairs, 20)
    expect(some.filter(({ same }) => same)).toHaveLength(10)
    expect(some.map(({ a }) => Number(a.split('/')[0])).slice(0, 3)).toEqual([0, 10, 20])
  })
})

describe('guessContract', () => {
  it('does not call chance a mistake', () => {
    const same = pairs.map((pair) => pair.same)
    const given = { ...rgb, crop: 'cover' } as const
    let alarms = 0
    for (let seed = 0; seed < 6; seed++) {
      const stream = random(seed, 'scores')
      const scores = (): number[] => same.map((one) => stream.normal() + (one ? 2 : 0))
      const others = otherFeedings(given).map((feeding) => ({ feeding, scores: scores() }))
      if (guessContract(same, { feeding: given, scores: scores() }, others).better !== undefined) alarms++
    }
    expect(alarms).toBe(0)
  })

  it.each([
    [
      3,
      'swapped',
      /^Is the contract right\? Red and blue are likely swapped: on 400 pairs .* RGB instead of BGR/,
    ],
    [0.2, 'swapped', /1 chance in [\d,]+ if BGR were right/],
    [0, 'untold', /These pairs do not tell whether red and blue are swapped \(RGB: d′/],
    [-3, 'right', /Red and blue are not swapped: RGB does worse/],
  ] as const)('says of a swap of red and blue what the evidence is: %f', (gain, verdict, words) => {
    const same = Array.from({ length: 400 }, (_, i) => i % 2 === 0)
    const given = { ...rgb, channels: 'bgr', crop: 'cover' } as const
    const stream = random(3, 'swap')
    // the two orders see the same images: their scores differ by little and by the gain
    const common = same.map((one) => stream.normal() + (one ? 3 : 0))
    const scoresWith = (more: number): number[] =>
      common.map((score, i) => score + 0.3 * stream.normal() + (same[i] === true ? more : 0))
    const others = otherFeedings(given).map((feeding, i) => ({
      feeding,
      scores: i === 0 ? scoresWith(gain) : same.map(() => stream.normal()),
    }))
    const guess = guessContract(same, { feeding: given, scores: scoresWith(0) }, others)
    expect(guess.channelOrder).toMatchObject({ channels: 'rgb', verdict })
    expect(guess.sentence).toMatch(words)
  })

  it('takes 127.5 and 128 for one scale', () => {
    const others = otherFeedings({ channels: 'rgb', mean: 127.5, std: 127.5, crop: 'cover' })
    expect(others.map(({ channels, mean, std }) => [channels, mean, std])).toEqual([
      ['bgr', 127.5, 127.5],
      ['rgb', 0, 255],
      ['bgr', 0, 255],
      ['rgb', 0, 1],
      ['bgr', 0, 1],
      ['rgb', 127.5, 1],
      ['bgr', 127.5, 1],
    ])
  })
})
