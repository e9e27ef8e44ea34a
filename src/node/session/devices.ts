/** @file Which devices graphs can run on here: each is tried, not looked up. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import { MissingPartError } from '../../base/errors.ts'
import type { Driver } from '../../runtime/driver.ts'
import type { Device } from '../../runtime/session.ts'
import { failureOf } from '../../runtime/try-device.ts'
import { findLibrary } from './native-library.ts'

/** Whether a device works, and if not, why and what would help. */
export type DeviceReport =
  | { readonly device: Device; readonly works: true }
  | { readonly device: Device; readonly works: false; readonly reason: string; readonly repair: string }

const repairs: Readonly<Record<Device, string>> = {
  cpu: 'reinstall onnxruntime-node',
  webgpu: 'install the GPU driver with Vulkan (Linux: libvulkan1), Metal or Direct3D 12',
  cuda: 'on Linux x64 with an NVIDIA GPU, install CUDA 12, cuDNN 9 and `npm install onnxruntime-node --onnxruntime-node-install=cuda12`',
}

/** What to do where a device does not work. */
export function repairOf(device: Device): string {
  return repairs[device]
}

/** Tries a device with a tiny model. */
export async function tryDevice(device: Device, driver: Driver): Promise<DeviceReport> {
  const missing = missingFiles(device, driver)
  if (missing !== undefined) return { device, works: false, reason: missing, repair: repairs[device] }
  const reason = await failureOf(device, driver)
  return reason === undefined
    ? { device, works: true }
    : { device, works: false, reason, repair: repairs[device] }
}

/** Does nothing where the device works. @throws MissingPartError with the reason and what to install */
export async function requireDevice(device: Device, driver: Driver): Promise<void> {
  if (device === 'cpu') return
  const report = await tryDevice(device, driver)
  if (report.works) return
  throw new MissingPartError(`The device ${device} does not work here (${report.reason}); ${report.repair}`)
}

// the runtime would look for the file itself, but report it missing in three lines on stderr
function missingFiles(device: Device, driver: Driver): string | undefined {
  if (device !== 'cuda') return undefined
  if (driver.runtime.startsWith('onnxruntime-web')) return 'onnxruntime-web has no CUDA'
  const file = path.join(path.dirname(findLibrary()), 'libonnxruntime_providers_cuda.so')
  return existsSync(file) ? undefined : `onnxruntime-node's CUDA parts are not installed`
}
