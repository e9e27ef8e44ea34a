/** @file The kinds of detectors; a new one is a file and a row here. */
import { blazeface } from './blazeface.ts'
import type { DetectorForm, DetectorPorts, DetectorRecord } from './record.ts'
import { retinaface } from './retinaface.ts'
import { scrfd } from './scrfd.ts'
import { ultraface } from './ultraface.ts'
import { yunet } from './yunet.ts'

export const detectorRecords: readonly DetectorRecord[] = [yunet, blazeface, ultraface, scrfd, retinaface]

/** A file's kind and how it is fed and read, told from its inputs and outputs; undefined for anything else. */
export function recogniseDetector(
  ports: DetectorPorts,
): { readonly record: DetectorRecord; readonly form: DetectorForm } | undefined {
  for (const record of detectorRecords) {
    const form = record.recognise(ports)
    if (form !== undefined) return { record, form }
  }
  return undefined
}
