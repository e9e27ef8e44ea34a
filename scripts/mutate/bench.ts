/** @file A process that holds one vitest over a copy of the repository and runs tests in it as it is told. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { createVitest } from 'vitest/node'

/** What the bench is asked: write these texts, then run these tests until one fails. */
export interface Task {
  readonly write: Readonly<Record<string, string>>
  readonly tests: readonly string[]
}

/** The first test that failed; undefined where all passed. */
export interface Outcome {
  readonly failed?: string
}

const root = process.cwd()
const vitest = await createVitest('test', {
  root,
  config: path.join(root, 'vitest.config.ts'),
  watch: false,
  globalSetup: [],
  reporters: [{}],
  bail: 1,
  maxWorkers: 1,
  silent: true,
  dangerouslyIgnoreUnhandledErrors: true,
})
await vitest.standalone()

const run = async ({ write, tests }: Task): Promise<Outcome> => {
  for (const [file, text] of Object.entries(write)) {
    writeFileSync(file, text)
    vitest.invalidateFile(file)
  }
  // one after another: the nearest test usually settles it
  for (const test of tests) {
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(
      vitest.getModuleSpecifications(test),
      true,
    )
    if (unhandledErrors.length > 0 || testModules.some((module) => !module.ok()))
      return { failed: path.relative(root, test) }
  }
  return {}
}

// whoever asks is gone: nothing is left to do
process.on('disconnect', () => process.exit(1))
process.on('message', (task: Task) => {
  void run(task).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => process.send?.({ failed: String(error) }),
  )
})
process.send?.({ ready: true })
