/** @file What this machine has, what works on it, and what would supply the rest. Data; `doctor-text.ts` writes it out. */
import { statfs } from 'node:fs/promises'
import os from 'node:os'
import { given } from '../../base/given.ts'
import { type DoctorPart, doctorChecks } from './doctor-parts.ts'
import { machineMemory } from './machine-memory.ts'

/** The findings. */
export interface DoctorReport {
  readonly schema: 'cosface-doctor/1'
  readonly machine: {
    /** `linux x64`. */
    readonly platform: string
    readonly cpu: string
    /** Threads that can run at once. */
    readonly cores: number
    /** Bytes this process may use: the machine's, or the container's share. */
    readonly memory: number
    /** Bytes free on the disk of the current folder; absent where the system does not say. */
    readonly freeDisk?: number
  }
  readonly parts: readonly DoctorPart[]
  /** Whether everything required works. */
  readonly ready: boolean
}

/** Tries everything, one after another. Never throws on account of what is missing. */
export async function examine(): Promise<DoctorReport> {
  const found: DoctorPart[] = []
  for (const check of doctorChecks) found.push(await check())
  const parts = withStandIn(found)
  const freeDisk = await freeBytes(process.cwd())
  return {
    schema: 'cosface-doctor/1',
    machine: {
      platform: `${process.platform} ${process.arch}`,
      cpu: os.cpus()[0]?.model.trim() ?? 'unknown',
      cores: os.availableParallelism(),
      memory: machineMemory(),
      ...given({ freeDisk }),
    },
    parts,
    ready: parts.every(({ need, works }) => works || need !== 'required'),
  }
}

/** Where `onnxruntime-web` works, `onnxruntime-node` is only the faster one. */
export function withStandIn(parts: readonly DoctorPart[]): readonly DoctorPart[] {
  const standsIn = parts.some(({ name, works }) => name === 'onnxruntime-web' && works)
  return parts.map((part) =>
    standsIn && part.name === 'onnxruntime-node' ? { ...part, need: 'recommended' } : part,
  )
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}
