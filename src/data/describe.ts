/** @file What can be said about a data set before training: how much there is, whether it looks aligned, whether it is enough. */
import { counted, withCommas } from '../base/words.ts'
import type { Size } from '../image/image.ts'
import { alignFirst, looksAligned } from './looks-aligned.ts'

/** The numbers a description is drawn from. */
export interface DatasetFacts {
  /** Images of each identity to learn from. */
  readonly imagesPerIdentity: readonly number[]
  /** Stored sizes of some of the images, spread over the data. */
  readonly sizes: readonly Size[]
  /** The network's input. */
  readonly input: Size
  /** Drawn faces: nobody wants to recognise those people, so nothing is said about how many it would take. */
  readonly drawn?: boolean
}

/** A line for the user. */
export interface Remark {
  readonly level: 'info' | 'warning'
  readonly text: string
}

export interface CountSummary {
  readonly identities: number
  readonly images: number
  readonly min: number
  readonly median: number
  readonly max: number
  /** Identities with one image, which pull no two images of a person together. */
  readonly single: number
}

/** How many identities and images, and how they are spread. */
export function summariseCounts(imagesPerIdentity: readonly number[]): CountSummary {
  const sorted = imagesPerIdentity.toSorted((a, b) => a - b)
  const at = (index: number): number => sorted[index] ?? 0
  const middle = (sorted.length - 1) / 2
  return {
    identities: sorted.length,
    images: sorted.reduce((sum, count) => sum + count, 0),
    min: at(0),
    median: sorted.length === 0 ? 0 : (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
    single: sorted.filter((count) => count === 1).length,
  }
}

const inWords = (size: Size): string => `${size.height}x${size.width}`

/** The sentences to show before training starts. */
export function describeDataset(facts: DatasetFacts): readonly Remark[] {
  const counts = summariseCounts(facts.imagesPerIdentity)
  const sufficiency = facts.drawn === true ? [] : enoughRemarks(counts)
  return [countRemark(counts), ...sizeRemarks(facts), ...sufficiency]
}

const countRemark = (counts: CountSummary): Remark => ({
  level: 'info',
  text:
    `${counted(counts.identities, 'identity', 'identities')}, ${counted(counts.images, 'image')} to learn from; per identity ` +
    `${counts.min} to ${counts.max}, median ${counts.median}` +
    (counts.single > 0 ? `; ${withCommas(counts.single)} with one image only` : ''),
})

const tally = (keys: readonly string[]): readonly (readonly [string, number])[] => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts].toSorted((a, b) => b[1] - a[1])
}

/** The share of other sizes from which a set is mixed; a few strays among aligned crops are none. */
const mixedFrom = 0.05

const sizeRemarks = (facts: DatasetFacts): readonly Remark[] => {
  const { sizes, input } = facts
  const common = tally(sizes.map(inWords))
  const [first, ...others] = common
  const size = sizes.find((candidate) => inWords(candidate) === first?.[0])
  if (first === undefined || size === undefined) return []
  const small = sizes.filter((s) => s.height < input.height / 2 || s.width < input.width / 2).length
  const remarks: Remark[] = []
  const odd = others.reduce((sum, [, count]) => sum + count, 0)
  const usual =
    odd === 0
      ? `All images are ${first[0]}`
      : `Nearly all images are ${first[0]} (${percent(odd, sizes.length)} are not)`
  if (odd > 0 && odd >= mixedFrom * sizes.length) {
    const aspects = new Set(sizes.map((s) => Math.round((s.height / s.width) * 20)))
    const shown = common.slice(0, 3).map(([name, count]) => `${name} (${percent(count, sizes.length)})`)
    remarks.push({
      level: 'warning',
      text:
        `The images have mixed sizes${aspects.size > 1 ? ' and aspects' : ''}: ${shown.join(', ')}` +
        `${common.length > 3 ? ` and ${common.length - 3} more` : ''}. They do not look aligned, and faces at different places cost much accuracy; ${alignFirst}`,
    })
  } else if (!looksAligned(size)) {
    remarks.push({
      level: 'warning',
      text: `${usual}, which is no usual size of aligned faces; if they are photographs, ${alignFirst}`,
    })
  } else {
    remarks.push({ level: 'info', text: `${usual}: they look aligned` })
  }
  if (small > 0) {
    remarks.push({
      level: 'warning',
      text: `${percent(small, sizes.length)} of the images are less than half as large as the network's input ${inWords(input)}; they are enlarged`,
    })
  }
  return remarks
}

const percent = (part: number, whole: number): string =>
  part * 100 < whole ? 'under 1 %' : `${Math.round((part * 100) / whole)} %`

/** Identities and images from which a network trained from scratch is worth using; the paper had 10,575 and 494,414. */
const enough = { identities: 5000, images: 200_000 }
const little = { identities: 200, images: 3000 }

const enoughRemarks = (counts: CountSummary): readonly Remark[] => {
  const { identities, images } = counts
  if (identities < little.identities || images < little.images) {
    return [
      {
        level: 'warning',
        text:
          'This is too little to train a recogniser of unseen people from scratch (usable ones begin at thousands of ' +
          'identities). It shows how training works; to recognise people use a model trained on more: ' +
          '`cosface evaluate --model MODEL.onnx` says how well one does on your images',
      },
    ]
  }
  if (identities < enough.identities || images < enough.images) {
    return [
      {
        level: 'info',
        text:
          `This is a small set (the paper's small one has 10,575 identities and 494,414 images): \`--preset small-set\` ` +
          'is made for it; expect clearly less than published accuracies on people it has not seen',
      },
    ]
  }
  const sparse = counts.median < 3
  return sparse
    ? [
        {
          level: 'warning',
          text: `Half of the identities have ${counts.median} images or fewer; \`--min-images 3\` often trains better`,
        },
      ]
    : [{ level: 'info', text: 'This is enough to train from scratch' }]
}
