/** @file Images that are there twice, by their bytes or by perceptual hashes, within a set and across two. */
import { breather, withRests } from '../../base/breather.ts'
import type { NearPair } from '../../data/check/hash.ts'
import { nearPairs } from '../../data/check/hash.ts'
import type { Finding } from '../../data/check/table.ts'
import type { FaceSet } from '../faces/face-sets.ts'
import type { Looked, Report } from './found.ts'
import { aboutIdentity } from './found.ts'

/** Images whose bytes an earlier one of the set has. */
export const exactDuplicates = (set: FaceSet, looked: readonly Looked[], report: Report): Finding[] => {
  const first = new Map<string, number>()
  const findings: Finding[] = []
  looked.forEach(({ digest }, position) => {
    const earlier = digest === '' ? undefined : first.get(digest)
    if (digest !== '' && earlier === undefined) first.set(digest, position)
    if (earlier === undefined) return
    const isOwn = set.samples[earlier]?.identity === set.samples[position]?.identity
    findings.push(
      report(position, {
        kind: 'exact duplicate',
        action: isOwn ? 'drop' : 'keep',
        other: looked[earlier]?.name ?? '',
        note: isOwn ? 'the same file twice' : 'the same file under two identities: one of them is wrong',
      }),
    )
  })
  return findings
}

const howNear = ({ bits, mirrored }: NearPair): string =>
  `${bits} of 256 bits differ${mirrored ? ', mirrored' : ''}`

/** Images of the set that look like another of it, and those that look like one of the `others`, another set. */
export const nearDuplicates = async (
  set: FaceSet,
  looked: readonly Looked[],
  others: readonly Looked[],
  report: Report,
): Promise<Finding[]> => {
  const all = [...looked, ...others]
  const search = nearPairs(
    all.map(({ hashes }) => hashes),
    { held: looked.length },
  )
  const near = await withRests(search, breather())
  return near.flatMap((pair): Finding[] => {
    const { first, second } = pair
    if (all[first]?.digest === all[second]?.digest) return []
    if (second >= looked.length) {
      const other = all[second]?.name ?? ''
      return [report(first, { kind: 'also in the other set', other, note: howNear(pair) })]
    }
    const isOwn = set.samples[first]?.identity === set.samples[second]?.identity
    const note = isOwn ? howNear(pair) : `${howNear(pair)}; under two identities`
    return [report(second, { kind: 'near duplicate', other: looked[first]?.name ?? '', note })]
  })
}

/** Identities of the same name and images of the same bytes in both sets. */
export const sharedExactly = (
  set: FaceSet,
  looked: readonly Looked[],
  against: FaceSet,
  others: readonly Looked[],
  report: Report,
): Finding[] => {
  const own = new Map(set.names.map((name, i) => [name, set.identities[i] ?? name]))
  const digests = new Map(others.map(({ digest }, position) => [digest, position]))
  const people = against.names.flatMap((name, i): Finding[] => {
    const identity = own.get(name)
    // of several other sets, the name of an identity begins with its set's
    const other = against.identities[i] ?? name
    return identity === undefined
      ? []
      : [aboutIdentity('also in the other set', identity, other, 'an identity of this name')]
  })
  const images = looked.flatMap(({ digest }, position): Finding[] => {
    const theirs = digest === '' ? undefined : digests.get(digest)
    if (theirs === undefined) return []
    const other = others[theirs]?.name ?? ''
    return [report(position, { kind: 'also in the other set', other, note: 'the same file' })]
  })
  return [...people, ...images]
}
