import os from 'node:os'

/** Bytes of memory this process may use: the machine's, or its container's where that is less. */
export function machineMemory(): number {
  const limit = process.constrainedMemory()
  return limit > 0 && limit < os.totalmem() ? limit : os.totalmem()
}
