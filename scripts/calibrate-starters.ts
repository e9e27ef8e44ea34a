/**
 * @file Measures what the thresholds of the starter models stand for and writes `src/face/starter-calibrations.ts`. It needs the
 * starter models (cosface models add …) and a folder of photographs, one folder a person.
 *
 *     npx tsc -p tsconfig.tools.json
 *     node build/scripts/calibrate-starters.js PHOTOGRAPHS "whose photographs these are"
 */
import { availableParallelism } from 'node:os'
import { writeFile } from 'node:fs/promises'
import { argv, stdout } from 'node:process'
import { calibrate } from '../src/face/calibrate.ts'
import type { Calibration, ScoringRule } from '../src/face/calibration.ts'
import { starterModels } from '../src/face/starter-models.ts'
import { dataFolder, modelCache } from '../src/node/files/user-folders.ts'
import { folderComparisons } from '../src/node/face/labelled-photographs.ts'
import { filesOf } from '../src/node/face/named-models.ts'
import { openEmbedder } from '../src/node/face/open-embedder.ts'

const [photographs = '', whose = ''] = argv.slice(2)
const places = { cache: modelCache(), data: dataFolder() }
const scoring: ScoringRule = { rule: 'pair', references: 1 }
const threads = availableParallelism()

/** Rates as far as they mean something; thresholds as they are, since a rounded one might admit a pair more. */
const rounded = (key: string, value: unknown): unknown =>
  typeof value === 'number' && key !== 'threshold' ? Number(value.toPrecision(7)) : value

const calibrations: Calibration[] = []
for (const recogniser of starterModels.filter(({ kind }) => kind === 'recogniser')) {
  for (const detector of starterModels.filter(({ kind }) => kind === 'detector')) {
    const finder = await filesOf(places, { kind: 'catalogue', entry: detector })
    const model = await filesOf(places, { kind: 'catalogue', entry: recogniser })
    await using embedder = await openEmbedder({
      detector: finder.model,
      ...(finder.landmarks === undefined ? {} : { landmarks: finder.landmarks }),
      model: model.model,
      ...(model.contract === undefined ? {} : { contract: model.contract }),
      faces: 'central',
      threads,
    })
    const labelled = await folderComparisons(embedder, photographs, scoring)
    const calibration = calibrate(labelled.comparisons, {
      origin: embedder.origin,
      scoring,
      title: whose,
      failed: labelled.failed.length,
    })
    calibrations.push(calibration)
    stdout.write(`${detector.name} + ${recogniser.name}: ${labelled.failed.length} failed\n`)
    for (const { target, threshold, fnmr } of calibration.points)
      stdout.write(
        `  FMR ${target}: threshold ${threshold.toFixed(4)}, FNMR ${((fnmr ?? NaN) * 100).toFixed(2)} %\n`,
      )
  }
}
await writeFile(
  'src/face/starter-calibrations.ts',
  `/** @file What the thresholds of the starter models stand for, as we measured it; scripts/calibrate-starters.ts writes this file. */
import type { Calibration } from './calibration.ts'

export const starterCalibrations: readonly Calibration[] = ${JSON.stringify(calibrations, rounded, 2)}
`,
)
