/** @file What shows only in the course of a run, provoked: learning by heart, and waiting for images. */
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { random } from '../src/base/random.ts'
import type { Dataset } from '../src/data/dataset.ts'
import { noAugmentation } from '../src/data/augment.ts'
import { tenths } from '../src/evaluate/pair.ts'
import { verify } from '../src/evaluate/verify.ts'
import { openBatches } from '../src/node/faces/batches.ts'
import type { TrainConfig } from '../src/train/config.ts'
import type { ValidationSet } from '../src/train/surroundings.ts'
import { diagnosesOf, healthyConfig, noticed, small } from './diagnosis-fixture.ts'
import { fewPeople, smallBatches } from './training-fixture.ts'

const pixelsEach = 3 * healthyConfig.size.height * healthyConfig.size.width

const strangers = 20
const imagesEach = 4

/**
 * Pairs of strangers, two images of each person beside two images of two.
 * @param likeness how much of a picture is its person's; the rest is chance
 */
const validationOf = (likeness: number): ValidationSet => {
  const images = strangers * imagesEach
  const pixels = new Float32Array(images * pixelsEach)
  for (let image = 0; image < images; image++) {
    const person = random(5, 'stranger', Math.floor(image / imagesEach))
    const chance = random(5, 'picture', image)
    for (let i = image * pixelsEach; i < (image + 1) * pixelsEach; i++)
      pixels[i] = likeness * (person.uniform() * 2 - 1) + (1 - likeness) * (chance.uniform() * 2 - 1)
  }
  const kinds = Array.from({ length: 2 * images }, (_, pair) => pair % 2 === 0)
  const folds = tenths(kinds)
  const pairs = kinds.map((same, index) => {
    const [a, step] = [index >> 1, same ? 1 : imagesEach]
    const b = same ? a - (a % imagesEach) + ((a + step) % imagesEach) : (a + step) % images
    return { a: String(a), b: String(b), same, fold: folds[index] ?? 0 }
  })
  const names = Array.from({ length: images }, (_, image) => String(image))
  return {
    kind: 'validation',
    name: 'strangers',
    evaluate: async (embed) => {
      const data = await embed(pixels, images)
      const templates = { names, size: data.length / images, data }
      return verify({ pairs, folds: 'tenths', skipped: 0 }, templates, { flip: 'none', replicates: 0 }).result
    },
  }
}

/** Few pictures that show nobody, so that they can only be learned by heart. */
const byHeart = () =>
  smallBatches(healthyConfig, fewPeople, (pixels, iteration, labels) => {
    labels.forEach((_label, row) => {
      const image = (iteration * labels.length + row) % 32
      const stream = random(6, 'by heart', image)
      for (let i = 0; i < pixelsEach; i++) pixels[row * pixelsEach + i] = stream.uniform() * 2 - 1
      labels[row] = image % fewPeople
    })
  })

const long: TrainConfig = { ...healthyConfig, iterations: 160, validateEvery: 5 }

test('pictures learned by heart: all are won, and strangers are told apart no better', async () => {
  const found = await noticed(long, { batches: byHeart(), validation: [validationOf(0)] })
  expect([...found.keys()]).toEqual(['overfitting'])
  expect(found.get('overfitting')).toMatch(
    /^\d+ % of the training samples are won and validation has not improved \d+ times: .* stop here/,
  )
})

test('strangers who are all told apart cannot be told apart better: that is no fault', async () => {
  const result = await small(long, { validation: [validationOf(0.8)] })
  const accuracies = result.events.flatMap((event) =>
    event.kind === 'validation' ? [event.result.accuracy] : [],
  )
  expect(Math.min(...accuracies.slice(-8))).toBeGreaterThanOrEqual(0.99)
  expect(diagnosesOf(result.events)).toEqual(new Map())
})

/** A folder of pictures on a disk that takes `milliseconds` for each, one after another. */
const onDisk = (milliseconds: number): Dataset => {
  const { height, width } = healthyConfig.size
  let queue: Promise<unknown> = Promise.resolve()
  return {
    identities: Array.from({ length: fewPeople }, (_, person) => `person ${person}`),
    samples: Array.from({ length: 32 }, (_, image) => ({ id: `${image}`, identity: image % fewPeople })),
    image: async (index) => {
      queue = queue.then(() => sleep(milliseconds))
      await queue
      const stream = random(7, 'picture', index)
      return { height, width, data: Uint8Array.from({ length: pixelsEach }, () => stream.integer(256)) }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

test.for([
  ['too slow for the network: it waits', 15, true],
  ['fast enough', 0, false],
] as const)('images from a disk that is %s', async ([_, milliseconds, isSlow]) => {
  await using batches = await openBatches({
    dataset: onDisk(milliseconds),
    size: healthyConfig.size,
    batch: healthyConfig.batch,
    seed: 1,
    augmentation: noAugmentation,
    cacheBytes: 0,
    workers: 0,
    // on a busy machine steps are slow too, and batches made ahead would come in time
    prefetch: 0,
  })
  const found = await noticed({ ...healthyConfig, iterations: 52 }, { batches })
  expect(found.has('waiting-for-data')).toBe(isSlow)
  if (isSlow)
    expect(found.get('waiting-for-data')).toMatch(
      /^\d+ % of the time goes to waiting for images: put them on a faster disk/,
    )
})
