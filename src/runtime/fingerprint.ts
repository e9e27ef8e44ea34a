/** @file What a run's bits depend on. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { byCodePoint } from '../base/names.ts'
import type { Plan } from '../onnx/plan.ts'
import type { CompiledSpec } from './compile.ts'
import type { Driver } from './driver.ts'
import type { Fingerprint } from './session.ts'

/** The first 16 hex digits of a hash of the plan, whatever the order of its keys. */
export function planHash(plan: Plan): string {
  const sorted = (record: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(record).toSorted(([a], [b]) => byCodePoint(a, b))
  const text = JSON.stringify([plan.blockSize, sorted(plan.lowerings), sorted(plan.layouts)])
  return bytesToHex(sha256(utf8ToBytes(text))).slice(0, 16)
}

/** The fingerprint of compiled programs on a driver; `cpu` names the processor model. */
export function fingerprintOf({ plan, load }: CompiledSpec, driver: Driver, cpu: string): Fingerprint {
  return {
    runtime: driver.runtime,
    driver: driver.name,
    device: load.device,
    cpu,
    threads: load.threads,
    blockSize: plan.blockSize,
    plan: planHash(plan),
  }
}
