/**
 * @file Enrols people one after the other and says `ack N` once person N cannot be lost. Run by the tests, which kill it.
 * Arguments: the store, the first number, how many.
 */
import { writeSync } from 'node:fs'
import { openGalleryAt } from '../../dist/node/gallery/open-gallery.js'

const [store, first, count] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]
const size = 16
const origin = { model: 'm', detector: 'd', aligner: 'a/1', flip: 'sum', size }
const face = (person, picture) => {
  const values = Array.from({ length: size }, (_, i) => Math.sin(person * 7.1 + i * 1.7) + 0.01 * picture)
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}
const opened = await openGalleryAt({ store, who: 'writer', threads: 1 })
for (let person = first; person < first + count; person++) {
  const faces = [0, 1, 2].map((picture) => ({
    person: `person ${person}`,
    embedding: face(person, picture),
    photograph: `${person}/${picture}`,
    crop: new Uint8Array(500).fill(picture),
  }))
  await opened.gallery.enrol(faces, { origin })
  writeSync(1, `ack ${person}\n`)
}
await opened[Symbol.asyncDispose]()
