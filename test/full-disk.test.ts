/** @file A disk that fills up while a checkpoint is written. Needs the right to mount a small memory disk. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { cosface, tinyTraining } from './command.ts'

const folder = mkdtempSync(join(tmpdir(), 'cosface-disk-'))
const disk = mkdtempSync(join(tmpdir(), 'cosface-disk-small-'))

const mount = (): boolean => {
  try {
    // two checkpoints of 12.7 MB fit, a third does not
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
const mounted = mount()

afterAll(async () => {
  if (mounted) execFileSync('umount', ['-l', disk])
  await rm(folder, { recursive: true, force: true })
  await rm(disk, { recursive: true, force: true })
})

describe.skipIf(!mounted)(
  `a full disk${mounted ? '' : ' (skipped: a memory disk cannot be mounted here)'}`,
  () => {
    test('stops the run with a sentence and leaves the last whole checkpoint to go on from', async () => {
      const faces = join(folder, 'faces')
      expect(
        (await cosface(['synth', faces, '--identities', '6', '--images', '4', '--seed', '2'])).code,
      ).toBe(0)
      const run = join(disk, 'run')
      const { code, output } = await cosface(tinyTraining(faces, run))
      expect(code, output).toBe(1)
      expect(output).toMatch(
        /The checkpoint could not be written \(.*the disk is full.*\); the previous one is intact/,
      )
      expect(readdirSync(join(run, 'checkpoints'))).toEqual(['00000002', '00000004'])
      const moved = join(folder, 'run')
      cpSync(run, moved, { recursive: true })
      const rest = await cosface(['train', '--resume', moved])
      expect(rest.code, rest.output).toBe(0)
      expect(rest.output).toContain('iteration 4 of 24')
    }, 120_000)
  },
)
