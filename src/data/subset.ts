import type { Dataset, Sample } from './dataset.ts'

/**
 * The identities of `dataset` at `indices`, numbered anew in that order, with all their samples; reads through to
 * `dataset`, which stays open when the subset is disposed of.
 */
export function selectIdentities(dataset: Dataset, indices: readonly number[]): Dataset {
  const renumbered = new Map(indices.map((index, place) => [index, place]))
  const samples: Sample[] = []
  const origins: number[] = []
  dataset.samples.forEach((sample, index) => {
    const identity = renumbered.get(sample.identity)
    if (identity === undefined) return
    samples.push({ id: sample.id, identity })
    origins.push(index)
  })
  const { files, places } = dataset
  return {
    identities: indices.map((index) => dataset.identities[index] ?? ''),
    samples,
    ...(files === undefined ? {} : { files: origins.map((index) => files[index] ?? '') }),
    ...(places === undefined
      ? {}
      : {
          places: {
            files: places.files,
            file: Int32Array.from(origins, (index) => places.file[index] ?? -1),
            offset: Float64Array.from(origins, (index) => places.offset[index] ?? -1),
          },
        }),
    image: async (index) => {
      const origin = origins[index]
      if (origin === undefined)
        throw new RangeError(`Expected a sample below ${samples.length}, got ${index}`)
      return dataset.image(origin)
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
