/** @file Looks, while a model is judged, whether it has seen the images it is given and the people on them. */
import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { isShared, type Overlap, overlapText } from '../../evaluate/overlap.ts'
import type { ProtocolEvaluation } from '../../evaluate/protocol/report.ts'
import type { DecodeImage } from '../../image/image.ts'
import { hashOfDigest, personHash, type Seen } from '../../model/seen.ts'

/** Decodes as before, and remembers which images were seen. */
export interface SeenWatch {
  readonly decode: DecodeImage
  /** The evaluation with what was found in its record, and in a warning where it matters. */
  readonly note: (evaluation: ProtocolEvaluation) => ProtocolEvaluation
}

export function watchSeen({ people, images }: Seen, decode: DecodeImage): SeenWatch {
  const met = new Set<bigint>()
  const known = new Set<bigint>()
  // where people are folders, somebody is also known by an image of theirs
  const folders = new Set<string>()
  const overlapOf = (names: readonly string[]): Overlap => {
    const all = [...new Set(names.map((name) => basename(name)))].map((name) => ({
      name,
      hash: personHash(name),
    }))
    const isKnown = ({ name, hash }: (typeof all)[number]): boolean =>
      folders.has(name) || (hash !== undefined && people.has(hash))
    const byChance = { people: people.falseShare * all.length, images: images.falseShare * met.size }
    return {
      people: all.length,
      labels: all.filter(({ hash }) => hash === undefined).length,
      seenPeople: all.filter(isKnown).length,
      images: met.size,
      seenImages: known.size,
      ...(byChance.people + byChance.images === 0 ? {} : { byChance }),
    }
  }
  return {
    decode: (bytes, file) => {
      const hash = hashOfDigest(createHash('sha256').update(bytes).digest())
      met.add(hash)
      if (images.has(hash)) {
        known.add(hash)
        folders.add(basename(dirname(file)))
      }
      return decode(bytes, file)
    },
    note: ({ report, ...rest }) => {
      const overlap = overlapOf(rest.people ?? [])
      const warnings = isShared(overlap) ? [overlapText(overlap), ...report.warnings] : report.warnings
      return { ...rest, report: { ...report, warnings, record: { ...report.record, overlap } } }
    },
  }
}
