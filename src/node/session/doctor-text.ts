/** @file The doctor's findings as lines of text. */
import type { DoctorReport } from './doctor.ts'
import type { DoctorPart } from './doctor-parts.ts'

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

function markOf({ works, need }: DoctorPart): string {
  if (works) return '✓'
  return need === 'required' ? '✗' : '–'
}

const consequences: Readonly<Record<DoctorPart['need'], string>> = {
  required: 'nothing runs without it',
  recommended: 'training is slower without it',
  optional: 'only needed where it is asked for',
}

function linesOf(part: DoctorPart, width: number): string[] {
  const head = `${markOf(part)} ${part.name.padEnd(width)}  ${part.detail}`
  if (part.works || part.repair === undefined) return [head]
  return [head, `  ${' '.repeat(width)}  ${consequences[part.need]}: ${part.repair}`]
}

/** One line for each part, with the repair below where something is missing. */
export function doctorText({ machine, parts, ready }: DoctorReport): string {
  const width = Math.max(...parts.map(({ name }) => name.length))
  const disk = machine.freeDisk === undefined ? '' : `, ${gibibytes(machine.freeDisk)} of disk free`
  return [
    `${machine.platform}, ${machine.cpu}, ${machine.cores} threads, ${gibibytes(machine.memory)} of memory${disk}`,
    '',
    ...parts.flatMap((part) => linesOf(part, width)),
    '',
    ready ? 'Ready.' : 'Not ready: see the lines marked ✗.',
  ].join('\n')
}
