import { sessionConformance } from './session-conformance.ts'
import { openSession } from '../src/node/session/open-session.ts'

sessionConformance('native', (spec) => openSession(spec, { driver: 'native' }))
sessionConformance('native, plain lowering', (spec) => openSession(spec, { driver: 'native', plain: true }))
sessionConformance('portable, onnxruntime-node in a worker', (spec) =>
  openSession(spec, { driver: 'portable' }),
)
sessionConformance('portable, onnxruntime-web in a worker', (spec) =>
  openSession(spec, { driver: 'portable', module: 'onnxruntime-web' }),
)
