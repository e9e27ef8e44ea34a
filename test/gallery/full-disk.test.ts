/** @file A disk that fills up while people are enrolled. Needs the right to mount a small memory disk. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openGalleryAt } from '../../src/node/gallery/open-gallery.ts'
import { enrolment, origin } from './fixture.ts'

const disk = mkdtempSync(join(tmpdir(), 'cosface-gallery-disk-'))
const mounted = ((): boolean => {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

afterAll(async () => {
  vi.unstubAllEnvs()
  if (mounted) execFileSync('umount', ['-l', disk])
  await rm(disk, { recursive: true, force: true })
})

describe.skipIf(!mounted)(
  `a full disk${mounted ? '' : ' (skipped: a memory disk cannot be mounted here)'}`,
  () => {
    it('is named, and loses nothing that was acknowledged', async () => {
      vi.stubEnv('COSFACE_DATA', disk)
      vi.stubEnv('COSFACE_GALLERY_KEY', '55'.repeat(32))
      const store = join(disk, 'gallery.db')
      let acknowledged = 0
      {
        await using opened = await openGalleryAt({ store, threads: 1 })
        const fillUp = async (): Promise<never> => {
          for (;;) {
            await opened.gallery.enrol(
              [enrolment(`person ${acknowledged}`, 0, { crop: new Uint8Array(50_000).fill(acknowledged) })],
              { origin },
            )
            acknowledged++
          }
        }
        await expect(fillUp()).rejects.toThrow(
          /gallery\.db could not be (written because the disk is full|read or written)/,
        )
        expect(acknowledged).toBeGreaterThan(3)
        expect((await opened.gallery.counts()).references).toBe(acknowledged)
      }
      await using again = await openGalleryAt({ store, threads: 1 })
      expect(await again.gallery.check()).toMatchObject({ references: acknowledged, faults: [] })
    })
  },
)
