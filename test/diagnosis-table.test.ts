/** @file The table of recorded runs: healthy ones are left in peace, faults are named, and the advice helps. */
import { describe, expect, test } from 'vitest'
import { readRecord, replay } from '../scripts/diagnosis/replay.ts'
import { diagnosedRuns, shortSettings } from '../scripts/diagnosis/runs.ts'
import { configure } from '../src/train/configure.ts'
import { remediesOf, typed } from '../src/train/remedies.ts'
import { lossNames, optionNames } from '../src/loss/registry.ts'

describe('what the diagnosis says of', () => {
  test.for(diagnosedRuns.map((run) => [run.name, run] as const))('%s', async ([name, run]) => {
    const { expected, settings, preset } = run
    const record = await readRecord(name)
    // the record is of the run as the table has it now
    const asked = configure({ ...shortSettings, ...settings }, { folders: [], threads: 1, preset })
    expect(record.config).toEqual(asked)
    expect(record.data.identities).toBe(run.people)
    const told = replay(record)
    expect(told.map(({ signature }) => signature)).toEqual(expected)
    const { clip, warmup, learningRate } = record.config
    for (const { text, change } of told) {
      if (change !== undefined) expect(text).toContain(typed(change))
      // never what is in force already
      if (clip > 0 && clip <= 1) expect(text).not.toContain('--clip')
      expect(change?.lr).not.toBe(learningRate)
      expect(change?.warmup ?? Number.POSITIVE_INFINITY).toBeGreaterThan(warmup)
    }
  })
})

test('what threw a run about is remembered when it goes on, and nothing is said twice', async () => {
  const thrown = await readRecord('learning-rate-many-people')
  // its loss was worst at iteration 49
  const [told, ...others] = replay(thrown, 90)
  expect(others).toEqual([])
  expect(told?.signature).toBe('learning-rate-too-high')
  expect(told?.text).toContain('at iteration 49, above the 15.58 of guessing')
  expect(replay(thrown, 150)).toHaveLength(1)
})

describe('advice is only what the loss takes', () => {
  test.for(lossNames)('%s', (loss) => {
    const config = configure({ loss, iterations: 300 }, { folders: [], threads: 1 })
    const known = optionNames(loss)
    for (const change of Object.values(remediesOf(config, { classes: 40, embeddingSize: 256 }))) {
      if (typeof change !== 'object') continue
      for (const option of Object.keys(change.lossOption ?? {})) expect(known).toContain(option)
      if (change.margin !== undefined) expect(known).toContain('margin')
      if (change.scale !== undefined) expect(known).toContain('scale')
      // and it can be followed
      configure({ loss, iterations: 300, ...change }, { folders: [], threads: 1 })
    }
  })

  test('A-Softmax is eased by its λ', () => {
    const config = configure({ loss: 'sphereface', iterations: 300 }, { folders: [], threads: 1 })
    const { easeIn, lessMargin } = remediesOf(config, { classes: 40, embeddingSize: 256 })
    expect(easeIn).toEqual({ lossOption: { lambdaGamma: 0.012 } })
    expect(lessMargin).toEqual({ lossOption: { lambdaMin: 15 } })
  })
})
