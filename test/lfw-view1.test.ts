/** @file Known answer: a reference model on LFW View 1 gives what an independent script computes. Needs the shared data. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cosfaceJson } from './command.ts'

const data = process.env['COSFACE_SHARED_DATA'] ?? join(import.meta.dirname, '../../shared/data')
const found = existsSync(join(data, 'models/mobilefacenet.onnx'))
const golden: {
  readonly accuracy: number
  readonly threshold: number
  readonly auc: number
  readonly tarAtTenth: number
} = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/lfw-view1.json'), 'utf8'))

describe.skipIf(!found)(`LFW View 1${found ? '' : ' (skipped: no shared data)'}`, () => {
  test('cosface evaluate equals the script scripts/oracles/lfw-view1.mjs', { timeout: 600_000 }, async () => {
    const result = await cosfaceJson([
      ...['evaluate', '--model', join(data, 'models/mobilefacenet.onnx'), '--images', join(data, 'lfw112')],
      ...['--pairs', join(data, 'pairsDevTest.txt'), '--threshold-from', join(data, 'pairsDevTrain.txt')],
      ...[
        '--size',
        '112x112',
        '--channels',
        'rgb',
        '--mean',
        '127.5',
        '--std',
        '128',
        '--flip',
        'concat',
        '--json',
      ],
    ])
    expect(result).toMatchObject({
      schema: 'cosface-evaluation/1',
      accuracy: golden.accuracy,
      auc: expect.closeTo(golden.auc, 5),
      threshold: expect.closeTo(golden.threshold, 3),
      pairs: { total: 1000, same: 500, different: 500, skipped: 0 },
    })
    expect(result).toHaveProperty('tarAtFar.0.tar', expect.closeTo(golden.tarAtTenth, 6))
  })
})
