import { expect, test } from 'vitest'
import { openSession } from '../src/node/open-session.ts'
import { sessionConformance } from './session-conformance.ts'

sessionConformance('native', (spec) => openSession(spec, { driver: 'native' }))
sessionConformance('native, plain lowering', (spec) => openSession(spec, { driver: 'native', plain: true }))
sessionConformance('portable, onnxruntime-node in a worker', (spec) =>
  openSession(spec, { driver: 'portable' }),
)
sessionConformance('portable, onnxruntime-web in a worker', (spec) =>
  openSession(spec, { driver: 'portable', module: 'onnxruntime-web' }),
)

test('placeholder', () => expect(1).toBe(1))
