/** @file The end of a gallery's audit log, kept beside the user's files and not in the database. */
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { DataError } from '../../base/errors.ts'
import type { AuditEntry, AuditHead } from '../../gallery/audit.ts'
import { codeOf } from './store-errors.ts'

const form = z.object({ gallery: z.string(), number: z.number(), hash: z.string() })

const fileOf = (folder: string, gallery: string): string => join(folder, `${gallery}.json`)

/** The head this machine kept last; undefined where it never saw a write. @throws DataError on a file that is none */
export async function readAuditHead(folder: string, gallery: string): Promise<AuditHead | undefined> {
  const file = fileOf(folder, gallery)
  try {
    return form.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw new DataError(`The head of the audit log ${file} cannot be read`, { cause })
  }
}

/**
 * Keeps heads in `folder`, one after the other; an older one never takes the place of a newer. It never fails: the write was
 * acknowledged already, and a head that lags behind still lies on the chain.
 */
export function auditHeadKeeper(folder: string): (entry: AuditEntry, gallery: string) => Promise<void> {
  let turn: Promise<void> = Promise.resolve()
  const keep = async ({ number, hash }: AuditEntry, gallery: string): Promise<void> => {
    const known = await readAuditHead(folder, gallery).catch(() => undefined)
    if (known !== undefined && number <= known.number) return
    await mkdir(folder, { recursive: true, mode: 0o700 })
    // other processes keep heads, too
    const draft = `${fileOf(folder, gallery)}.${randomBytes(6).toString('hex')}`
    try {
      await writeFile(draft, `${JSON.stringify({ gallery, number, hash })}\n`, { flush: true })
      await rename(draft, fileOf(folder, gallery))
    } finally {
      await rm(draft, { force: true })
    }
  }
  return (entry, gallery) => {
    turn = turn.then(() => keep(entry, gallery)).catch(() => undefined)
    return turn
  }
}
