import { describe, expect, it } from 'vitest'
import { groupMembers } from './group-members.ts'
import { parseGroups } from './groups.ts'

const membersOf = (csv: string, images: readonly string[], column = 'age') => {
  const { groupOf, absent } = groupMembers(parseGroups(csv, 'g.csv', column), images)
  return { groups: images.map((image) => groupOf.get(image)), absent }
}

describe('images find their groups', () => {
  it('by their names, with or without an ending', () => {
    expect(
      membersOf(
        'camera,image\nold,A/1.jpg\n"new, wide",A/2\n,B/1.jpg\n',
        ['A/1.jpg', 'A/1.png', 'A/2.jpg', 'B/1.jpg', 'C/1.jpg'],
        'camera',
      ),
    ).toEqual({ groups: ['old', 'old', 'new, wide', undefined, undefined], absent: 1 })
  })

  it('by names with folders before them, as embeddings are named', () => {
    const images = ['A/A_0001', 'A/A_0002.jpg', 'B/B_0001.jpg', 'C/C_0001.jpg']
    const found = { groups: ['young', 'old', 'old', undefined], absent: 1 }
    for (const before of ['lfw/', './lfw/', '/data/sets/lfw/', 'lfw\\'])
      expect(
        membersOf(
          `image,age\n${before}A/A_0001.jpg,young\n${before}A/A_0002.jpg,old\n${before}B/B_0001.jpg,old\n`,
          images,
        ),
      ).toEqual(found)
  })

  it('by their whole names first', () => {
    const csv = 'image,age\nx/A/1.jpg,old\ny/A/1.jpg,young\nA/1.png,young\nA/1.jpg,mid\n'
    expect(membersOf(csv, ['A/1.jpg', 'x/A/1.jpg'])).toEqual({ groups: ['mid', 'old'], absent: 0 })
  })

  it('by the folders of people', () => {
    expect(
      membersOf('person,age\nAda,young\nBo,old\n', [
        'Ada/1.jpg',
        'set/Bo/x/1.jpg',
        'Bo_0001.jpg',
        'Cy/1.jpg',
      ]),
    ).toEqual({ groups: ['young', 'old', 'old', undefined], absent: 1 })
  })
})

describe('a table that does not fit the pairs is refused', () => {
  it('where it names none of the images', () => {
    const images = Array.from({ length: 1549 }, (_, i) => `Bo/${i}.jpg`)
    expect(() => membersOf('image,age\nlfw/A/1.jpg,old\n', images)).toThrow(
      'None of the 1,549 images of the pairs is in g.csv: it names lfw/A/1.jpg, the pairs name Bo/0.jpg',
    )
    expect(() => membersOf('person,age\nAda,old\n', ['Bo/1.jpg'])).toThrow(
      'The one image of the pairs is not of anybody in g.csv: it names Ada, the pairs name Bo/1.jpg',
    )
  })

  it('where an image could be either of two rows', () => {
    const csv = 'image,age\nx/A/1.jpg,old\ny/A/1.jpg,young\n'
    expect(() => membersOf(csv, ['A/1.jpg'])).toThrow(
      'A/1.jpg could be x/A/1.jpg or y/A/1.jpg of g.csv, which are in different groups',
    )
    expect(membersOf(csv.replace('young', 'old'), ['A/1.jpg']).groups).toEqual(['old'])
  })
})
