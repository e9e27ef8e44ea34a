/** @file Snapshots of templates in one sealed file. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { bytesOf, concatBytes } from '../../base/bytes.ts'
import { FormatError } from '../../base/errors.ts'
import type { OpenedSnapshot, SnapshotKey, SnapshotPlace, SnapshotRows } from '../../gallery/snapshot.ts'
import type { Vault } from '../../gallery/vault.ts'

const schema = 'cosface-templates/1'
const headForm = z.object({
  schema: z.literal(schema),
  key: z.string(),
  sequence: z.number(),
  chunks: z.number(),
})
/** A head is a line of so many bytes. */
const headBytes = 1024

const contextOf = (key: string, sequence: number, chunk: number, chunks: number): string =>
  `templates ${key} ${sequence} ${chunk}/${chunks}`

/** Snapshots in `file`; one file, the newest. */
export function snapshotFile(file: string, vault: Vault): SnapshotPlace & { remove(): Promise<void> } {
  return {
    open: async (key) => {
      const handle = await open(file, 'r').catch(() => undefined)
      if (handle === undefined) return undefined
      try {
        const head = await readHead(handle)
        const wanted = JSON.stringify(key)
        if (head === undefined || head.key !== wanted) return undefined
        return { sequence: head.sequence, rows: readRows(file, vault, key, head) } satisfies OpenedSnapshot
      } finally {
        await handle.close()
      }
    },
    save: async (key, sequence, rows) => {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      const draft = `${file}.${randomBytes(6).toString('hex')}.partial`
      const handle = await open(draft, 'wx', 0o600)
      try {
        const pieces = [...rows]
        const name = JSON.stringify(key)
        const head = JSON.stringify({ schema, key: name, sequence, chunks: pieces.length })
        await handle.write(Buffer.from(head.padEnd(headBytes - 1)).toString('utf8') + '\n')
        for (const [i, { owners, references, data }] of pieces.entries()) {
          const plain = concatBytes([bytesOf(owners), bytesOf(references), bytesOf(data)])
          const sealed = vault.seal(plain, contextOf(name, sequence, i, pieces.length))
          const length = Buffer.alloc(8)
          length.writeUInt32LE(sealed.length, 0)
          length.writeUInt32LE(owners.length, 4)
          await handle.writev([length, sealed])
        }
        await handle.sync()
        await handle.close()
        await rename(draft, file)
      } catch (error) {
        await handle.close().catch(() => undefined)
        await rm(draft, { force: true })
        throw error
      }
    },
    remove: async () => {
      await rm(file, { force: true })
      const folder = dirname(file)
      for (const name of await readdir(folder).catch(() => []))
        if (name.startsWith(`${basename(file)}.`) && name.endsWith('.partial'))
          await rm(join(folder, name), { force: true })
    },
  }
}

interface Head {
  readonly key: string
  readonly sequence: number
  readonly chunks: number
}

const readHead = async (handle: FileHandle): Promise<Head | undefined> => {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0)
  try {
    return headForm.parse(JSON.parse(buffer.subarray(0, bytesRead).toString('utf8')))
  } catch {
    return undefined
  }
}

async function* readRows(
  file: string,
  vault: Vault,
  key: SnapshotKey,
  { key: name, sequence, chunks }: Head,
): AsyncGenerator<SnapshotRows> {
  const handle = await open(file, 'r')
  try {
    let at = headBytes
    const read = async (length: number): Promise<Buffer> => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at)
      if (bytesRead !== length) throw new FormatError(file, 'the snapshot is cut off', at)
      at += length
      return buffer
    }
    for (let chunk = 0; chunk < chunks; chunk++) {
      const lengths = await read(8)
      const [sealedLength, rows] = [lengths.readUInt32LE(0), lengths.readUInt32LE(4)]
      const plain = vault.open(await read(sealedLength), contextOf(name, sequence, chunk, chunks))
      if (plain.length !== rows * (8 + 4 * key.size))
        throw new FormatError(file, 'the snapshot is damaged', at)
      const bytes = plain.slice().buffer
      yield {
        owners: new Int32Array(bytes, 0, rows),
        references: new Int32Array(bytes, 4 * rows, rows),
        data: new Float32Array(bytes, 8 * rows, rows * key.size),
      }
    }
  } finally {
    await handle.close()
  }
}
