import { describe, expect, it } from 'vitest'
import { random } from '../../base/random.ts'
import { megafaceProtocol, plainProduct } from '../../evaluate/protocol/megaface.ts'
import { normalizeRows } from '../../evaluate/features.ts'
import { isInstalled } from './native-library.ts'
import { openDriver } from './open-driver.ts'
import { openScoreProduct } from './score-product.ts'

describe.skipIf(!isInstalled('onnxruntime-node'))(
  'scores on the runtime (skipped without onnxruntime-node)',
  () => {
    it.each(['native', 'portable'] as const)(
      '%s: equal the plain loops, block sizes changing',
      async (kind) => {
        const stream = random(2, 'features')
        const features = (count: number): Float32Array =>
          normalizeRows(
            Float32Array.from({ length: count * 24 }, () => stream.normal()),
            24,
          )
        const probes = {
          data: features(12),
          size: 24,
          identities: Int32Array.from({ length: 12 }, (_, i) => i % 4),
        }
        const blocks = [features(50), features(50), features(50), features(7)]
        const { driver } = await openDriver({ driver: kind })
        await using _ = driver
        await using opened = await openScoreProduct(driver, probes, 1)
        const options = { sizes: [10, 60], ranks: [1, 2, 5, 20], fars: [1e-1], replicates: 10 }
        const found = await megafaceProtocol(probes, blocks, opened.product, options)
        const wanted = await megafaceProtocol(probes, blocks, plainProduct(probes), options)
        expect(found).toEqual(wanted)
      },
    )
  },
)
