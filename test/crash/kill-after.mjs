/**
 * @file Loaded before a command (`node --import`): kills the process after its n-th change to the file system, n from
 * COSFACE_KILL_AFTER; without it the changes are counted into the file COSFACE_COUNT_INTO. A call that makes several
 * changes is made in its parts.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const last = Number(process.env['COSFACE_KILL_AFTER'] ?? 0)
const countInto = process.env['COSFACE_COUNT_INTO']
const { writeFileSync } = fs
let changes = 0

const changed = () => {
  changes++
  if (changes === last) process.kill(process.pid, 'SIGKILL')
}

const isForWriting = (flags) =>
  typeof flags === 'number'
    ? (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0
    : /[wa+]/.test(flags ?? 'r')

/** The same call, counted when it is done. */
const counting = (original) =>
  async function counted(...args) {
    const result = await original.apply(this, args)
    changed()
    return result
  }

if (isMainThread && (last > 0 || countInto !== undefined)) {
  const { promises } = fs
  const { open, readdir, lstat } = promises
  for (const name of [
    'mkdir',
    'rename',
    'rmdir',
    'unlink',
    'link',
    'symlink',
    'copyFile',
    'truncate',
    'mkdtemp',
  ])
    promises[name] = counting(promises[name])
  const { rmdir, unlink } = promises
  let isPatched = false
  promises.open = async (path, flags, mode) => {
    const handle = await open(path, flags, mode)
    if (!isPatched) {
      isPatched = true
      const { prototype } = handle.constructor
      for (const name of ['write', 'writev', 'writeFile', 'appendFile', 'truncate'])
        prototype[name] = counting(prototype[name])
    }
    if (isForWriting(flags)) changed()
    return handle
  }
  const writing = (usual) => async (file, content, options) => {
    if (typeof file === 'object' && 'writeFile' in file) return file.writeFile(content, options)
    const handle = await promises.open(file, options?.flag ?? usual)
    try {
      await handle.writeFile(content)
    } finally {
      await handle.close()
    }
  }
  promises.writeFile = writing('w')
  promises.appendFile = writing('a')
  promises.rm = async (path, options = {}) => {
    const found = await lstat(path).catch((error) => {
      if (options.force === true && error.code === 'ENOENT') return undefined
      throw error
    })
    if (found === undefined) return
    if (!found.isDirectory()) return unlink(path)
    for (const entry of await readdir(path)) await promises.rm(join(path, entry), options)
    await rmdir(path)
  }
  syncBuiltinESMExports()
  process.on('exit', () => {
    if (countInto !== undefined) writeFileSync(countInto, String(changes))
  })
}
