/** @file `cosface doctor`: what this machine has, what works, and the command that supplies what is missing. */
import type { OptionSpecs } from '../../base/option.ts'
import { type Command, command } from '../command.ts'
import { jsonOption } from '../options.ts'

interface DoctorOptions {
  readonly json: boolean
}

const options: OptionSpecs<DoctorOptions> = { json: jsonOption }

export const doctorCommand: Command = command<DoctorOptions>({
  name: 'doctor',
  group: 'Start here',
  summary: 'what is installed, which devices and drivers work, what to do about the rest',
  detail: 'Checks Node, ONNX Runtime, its drivers and devices, the blocked layout and the image decoder.',
  arguments: [],
  options,
  examples: ['cosface doctor', 'cosface doctor --json'],
  run: async ({ output }) => {
    const [{ examine }, { doctorText }] = await Promise.all([
      import('../../node/session/doctor.ts'),
      import('../../node/session/doctor-text.ts'),
    ])
    const report = await examine()
    output.say(doctorText(report))
    output.result(report)
    return report.ready ? 0 : 1
  },
})
