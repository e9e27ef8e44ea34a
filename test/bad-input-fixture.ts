/** @file A folder of drawn people and a short run, with ways to make what is wrong beside them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run, treeOf } from './bad-input-process.ts'
import { tinyTraining } from './command.ts'

/** Name of a drawn person, from 1. */
export const person = (number: number): string => `drawn-${String(number).padStart(4, '0')}`

export interface Fixture {
  readonly root: string
  /** A path under the root. */
  readonly at: (...parts: readonly string[]) => string
  /** A file of the given content; the folders above it are made. */
  readonly file: (name: string, content: string | Uint8Array) => string
  /** Arguments of a training that takes a second or two, into `out`/run. */
  readonly train: (faces: string, out: string, ...more: readonly string[]) => string[]
}

/**
 * Draws 24 people with 4 images each into `faces`, trains `run` on them before the tests, and takes everything away after.
 */
export function badInputFixture(): Fixture {
  const root = mkdtempSync(join(tmpdir(), 'cosface-bad-'))
  const at = (...parts: readonly string[]): string => join(root, ...parts)
  const file = (name: string, content: string | Uint8Array): string => {
    mkdirSync(dirname(at(name)), { recursive: true })
    writeFileSync(at(name), content)
    return at(name)
  }
  const train = (faces: string, out: string, ...more: readonly string[]): string[] =>
    tinyTraining(faces, join(out, 'run'), ...more)
  beforeAll(async () => {
    const drawn = [
      'synth',
      at('faces'),
      '--identities',
      '24',
      '--images',
      '4',
      '--size',
      '32x32',
      '--seed',
      '2',
    ]
    expect((await run(drawn)).code).toBe(0)
    const trained = await run(train(at('faces'), root, '--iterations', '4'))
    expect(trained.code, trained.err).toBe(0)
  })
  afterAll(() => {
    rmSync(root, { recursive: true, force: true })
  })
  return { root, at, file, train }
}

/** The last test of a file: the inputs are as they were, and no part of a file is left anywhere. */
export function testNothingLeft({ root, at }: Fixture): void {
  let before: readonly string[] = []
  beforeAll(() => {
    before = treeOf(at('faces'))
  })
  it('nothing of all this has touched the images, or left a part of a file', () => {
    expect(treeOf(at('faces'))).toEqual(before)
    expect(treeOf(root).filter((line) => /\.(partial|tmp|part-)/.test(line))).toEqual([])
  })
}
