/**
 * @file A process that tries one device and prints the report as JSON. Graphics drivers print to stderr and may bring
 * a process down; here they bring down nobody else's.
 */
import { checkChoice } from '../../base/check.ts'
import { type DeviceReport, repairOf, tryDevice } from './devices.ts'
import { openDriver } from './open-driver.ts'

const device = checkChoice('device', process.argv[2], ['cpu', 'webgpu', 'cuda'])
try {
  const { driver } = await openDriver()
  print(await tryDevice(device, driver))
  await driver[Symbol.asyncDispose]()
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error)
  print({ device, works: false, reason, repair: repairOf(device) })
}

function print(report: DeviceReport): void {
  process.stdout.write(JSON.stringify(report))
}
