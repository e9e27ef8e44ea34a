/** @file What the diagnosis says of a recorded run, without training it again. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TrainConfig } from '../../src/train/config.ts'
import { diagnose, type Finding } from '../../src/train/diagnosis.ts'
import type { DataSummary, StepMetrics } from '../../src/train/events.ts'
import { diagnosisFacts } from '../../src/train/facts.ts'
import type { DiagnosisMemory } from '../../src/train/history.ts'
import { recipeOf } from '../../src/train/train.ts'

/** Where records lie, from the repository's root. */
export const recordFolder = 'test/golden/diagnosis'

/** A run as recorded. */
export interface RunRecord {
  readonly config: TrainConfig
  readonly data: DataSummary
  readonly steps: Readonly<Record<keyof StepMetrics, readonly number[]>>
}

/** Reads the record of a run. */
export async function readRecord(name: string): Promise<RunRecord> {
  return JSON.parse(await readFile(join(recordFolder, `${name}.json`), 'utf8'))
}

/** A finding with its iteration. */
export interface Told extends Finding {
  readonly iteration: number
}

/** What the diagnosis says while the steps go by. @param resumedAt where the run is interrupted and goes on */
export function replay({ config, data, steps }: RunRecord, resumedAt?: number): readonly Told[] {
  const facts = diagnosisFacts(
    config,
    recipeOf(config, data.identities),
    data,
    Math.ceil(data.images / config.batch),
  )
  let diagnosis = diagnose(facts, 1)
  return steps.loss.flatMap((loss, iteration) => {
    if (iteration === resumedAt) diagnosis = diagnose(facts, 1, stored(diagnosis.memory()))
    const at = (name: keyof StepMetrics): number => steps[name][iteration] ?? Number.NaN
    const metrics: StepMetrics = {
      loss,
      ownCosine: at('ownCosine'),
      nearestCosine: at('nearestCosine'),
      winShare: at('winShare'),
      embeddingNorm: at('embeddingNorm'),
      gradientNorm: at('gradientNorm'),
    }
    return diagnosis
      .step({ iteration, metrics, seconds: 0.1, waitedSeconds: 0 })
      .map((finding) => ({ ...finding, iteration }))
  })
}

/** As a checkpoint stores it. */
const stored = (memory: DiagnosisMemory | undefined): DiagnosisMemory | undefined =>
  memory === undefined ? undefined : JSON.parse(JSON.stringify(memory))
