import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decisions } from '../src/loss/boundary.ts'
import { boundaryPicture, type BoundaryPicture } from '../src/loss/boundary-picture.ts'
import type { LossSettings } from '../src/loss/head.ts'
import { lossNames } from '../src/loss/registry.ts'
import { runHead } from './loss-oracle.ts'

const folder = join(import.meta.dirname, '..', 'docs', 'losses')

/** How each loss is drawn in its page; `npx vitest run test/loss-pictures.test.ts -u` draws them anew. */
const pictures: Readonly<Record<string, readonly [LossSettings, BoundaryPicture]>> = {
  cosface: [
    { name: 'cosface', margin: 0.35 },
    { axes: 'cosine', title: 'CosFace, m = 0.35' },
  ],
  nsl: [{ name: 'nsl' }, { axes: 'cosine', title: 'normalised softmax' }],
  softmax: [
    { name: 'softmax' },
    { axes: 'cosine', weightNorms: [1.5, 1], title: 'softmax, ‖W₁‖ = 1.5 ‖W₂‖' },
  ],
  sphereface: [
    { name: 'sphereface', options: { lambdaBase: 0 } },
    { axes: 'angle', title: 'A-Softmax, m = 4, λ = 0' },
  ],
  lsoftmax: [
    { name: 'lsoftmax', options: { lambdaBase: 0 } },
    { axes: 'angle', weightNorms: [1.5, 1], title: 'L-Softmax, m = 2, ‖W₁‖ = 1.5 ‖W₂‖' },
  ],
  arcface: [{ name: 'arcface' }, { axes: 'angle', title: 'ArcFace, m = 0.5 rad' }],
  combined: [{ name: 'combined' }, { axes: 'angle', title: 'cos(θ + 0.3) − 0.2' }],
  adacos: [{ name: 'adacos' }, { axes: 'cosine', title: 'AdaCos' }],
  curricularface: [
    { name: 'curricularface' },
    { axes: 'cosine', title: 'CurricularFace, m = 0.5 rad, t = 0' },
  ],
  magface: [{ name: 'magface' }, { axes: 'angle', featureNorm: 60, title: 'MagFace, ‖x‖ = 60' }],
  adaface: [
    { name: 'adaface' },
    { axes: 'cosine', featureNorm: 20, title: 'AdaFace, m = 0.4, a typical length' },
  ],
  center: [
    { name: 'center' },
    { axes: 'cosine', weightNorms: [1.5, 1], featureNorm: 1.5, title: 'center loss, ‖c₁‖ = ‖x‖ = 1.5 ‖c₂‖' },
  ],
  contrastive: [{ name: 'contrastive' }, { axes: 'cosine', title: 'contrastive loss, m = 1' }],
  triplet: [{ name: 'triplet' }, { axes: 'cosine', title: 'triplet loss, α = 0.2' }],
}

describe('the pictures of the pages are drawn from the losses', () => {
  test.each(lossNames)('%s', async (name) => {
    const [settings, picture] = pictures[name] ?? [{ name }, { axes: 'cosine' }]
    expect(pictures).toHaveProperty(name)
    await expect(boundaryPicture(settings, picture)).toMatchFileSnapshot(join(folder, `${name}.svg`))
  })
})

describe('a loss on embeddings stops pulling where its picture says', () => {
  // two images of person 1 left and right of one plane, one of person 2 in it: both are equally far from the third
  const lossAt = (loss: LossSettings, half: number, lift: number): { pull: number; slack: number } => {
    const features = [
      ...[Math.sin(half), 0, Math.cos(half)],
      ...[-Math.sin(half), 0, Math.cos(half)],
      ...[0, Math.sin(lift), Math.cos(lift)],
    ]
    const [own, other] = [Math.cos(2 * half), Math.cos(half) * Math.cos(lift)]
    const { loss: value } = runHead({ loss, classes: 2, embeddingSize: 3, features, labels: [0, 0, 1] })
    // what is left of contrastive's loss when its same pairs are taken away pushes people apart
    const same = loss.name === 'contrastive' ? (2 - 2 * own) / 2 : 0
    return { pull: value - same, slack: decisions(loss, Float64Array.of(own, other)).first[0] ?? NaN }
  }
  const angle = fc.double({ min: 0.02, max: 1.5, noNaN: true })

  test.each(['triplet', 'contrastive'])('%s', (name) => {
    fc.assert(
      fc.property(angle, angle, (half, lift) => {
        // an image nearer to the other person than to its own is pushed by contrastive only within its margin
        fc.pre(name === 'triplet' || Math.cos(2 * half) > Math.cos(half) * Math.cos(lift))
        const { pull, slack } = lossAt({ name }, half, lift)
        fc.pre(Math.abs(slack) > 1e-4)
        expect(pull > 1e-9).toBe(slack < 0)
      }),
      { numRuns: 100, seed: 7 },
    )
  })
})
